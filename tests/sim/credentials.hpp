// A phone's answer to a digest challenge.
#pragma once

#include <string>

#include "base/random.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/message.hpp"

namespace cord::sim {

struct Credentials {
    wire::sip::HeaderId header = wire::sip::HeaderId::other; ///< Authorization or Proxy-Authorization.
    std::string value;

    void add_to(wire::sip::Builder &request) const {
        if (!value.empty())
            request.add(header, value);
    }
};

/// Of the first challenge in a 401 or 407, as browsers do; without a value when there is none.
[[nodiscard]] Credentials answer_challenge(const wire::sip::Message &challenge, const std::string &user,
                                           const std::string &password, const std::string &uri,
                                           base::Random &random);

} // namespace cord::sim
