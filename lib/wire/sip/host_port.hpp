// host [":" port], as in a URI and in a Via's sent-by.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace cord::wire::sip {

struct HostPort {
    std::string_view host; ///< IPv6 in its brackets.
    std::optional<std::uint16_t> port;

    /// The whole text; blanks around the colon are for the caller to allow or not.
    [[nodiscard]] static base::Result<HostPort> parse(std::string_view text);
};

} // namespace cord::wire::sip
