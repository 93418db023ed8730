// The request methods that some rule here speaks of. Methods are case-sensitive (RFC 3261 section 7.1).
#pragma once

#include <cstdint>
#include <string_view>

namespace cord::wire::sip {

enum class Method : std::uint8_t {
    ack,
    bye,
    cancel,
    info,
    invite,
    message,
    notify,
    options,
    prack,
    publish,
    refer,
    register_,
    subscribe,
    update,
    other, ///< Any other token: see Message::method_name() for the text.
};

/// "INVITE"; empty for Method::other.
[[nodiscard]] constexpr std::string_view name(Method m) {
    constexpr std::string_view names[] = {"ACK",     "BYE",      "CANCEL",    "INFO",   "INVITE",
                                          "MESSAGE", "NOTIFY",   "OPTIONS",   "PRACK",  "PUBLISH",
                                          "REFER",   "REGISTER", "SUBSCRIBE", "UPDATE", ""};
    return names[static_cast<std::size_t>(m)];
}

[[nodiscard]] constexpr Method method_from(std::string_view s) {
    for (std::uint8_t m = 0; m < static_cast<std::uint8_t>(Method::other); ++m)
        if (s == name(static_cast<Method>(m)))
            return static_cast<Method>(m);
    return Method::other;
}

} // namespace cord::wire::sip
