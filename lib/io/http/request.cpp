#include "io/http/request.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cord::io::http {

bool is_host(std::string_view value) {
    // RFC 3986 section 3.2.2: unreserved, sub-delims and escapes; colons and brackets of IPv6 and of a port.
    constexpr std::string_view marks = "-._~!$&'()*+,;=%:[]";
    return std::all_of(value.begin(), value.end(), [&](char c) {
        return base::is_alpha(c) || base::is_digit(c) || marks.find(c) != std::string_view::npos;
    });
}

std::string_view origin_form(std::string_view target) {
    for (std::string_view scheme : {"http://", "https://"})
        if (base::istarts_with(target, scheme)) {
            const std::size_t end = std::min(target.find_first_of("/?#", scheme.size()), target.size());
            // RFC 9110 section 4.2.3: an empty path is the same as "/".
            return target.substr(end).starts_with('/') ? target.substr(end) : "/";
        }
    return target;
}

bool is_websocket_key(std::string_view value) {
    const auto nonce = base::from_base64(value);
    return nonce && nonce->size() == 16 && value.size() == 24; // with the padding
}

} // namespace cord::io::http
