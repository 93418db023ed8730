#include "engine/srtp/suite.hpp"

#include <algorithm>

#include "base/result.hpp"
#include "base/text.hpp"

namespace cord::engine::srtp {

std::optional<Suite> suite_by_name(std::string_view sdes_name) {
    for (const SuiteFacts &f : suites)
        if (base::iequals(f.sdes_name, sdes_name))
            return f.suite;
    return std::nullopt;
}

MasterKey::MasterKey(Suite suite, base::Bytes key_and_salt) : suite_(suite) {
    CORD_ASSERT(key_and_salt.size() == size(suite));
    std::copy(key_and_salt.begin(), key_and_salt.end(), bytes_.edit().begin());
}

} // namespace cord::engine::srtp
