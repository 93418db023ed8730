// The Contact values of a REGISTER, read and checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/locate/binding.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::registrar {

/// One Contact value.
struct Contact {
    std::string uri; ///< Byte for byte.
    std::string instance;
    std::uint32_t reg_id = 0;               ///< 0 where RFC 5626 section 6 says to ignore it.
    std::optional<std::uint32_t> expires{}; ///< Its own, else the request's; nothing when there is neither.
    int q = locate::no_q;
    bool wakes_itself = false; ///< To refresh its binding, without a push (RFC 8599 section 4.1.4).

    [[nodiscard]] bool stays() const { return expires.value_or(1) != 0; }
};

/// Fails on a Contact that is malformed or not a SIP URI, and on `*` beside others.
[[nodiscard]] base::Result<std::vector<Contact>, wire::sip::Fault>
read_contacts(const wire::sip::Message &request);

/// Whether both name the same: RFC 5626 section 6 compares instance and reg-id where there are any, RFC 3261
/// section 10.3 the URIs.
[[nodiscard]] bool same_binding(const Contact &contact, const locate::Binding &binding);

/// A phone that was started again at the same address is itself again, although some make up another user
/// part each time; and so is one whose connection was lost.
[[nodiscard]] bool is_restarted(const Contact &contact, const transaction::Flow &flow,
                                const locate::Binding &binding);

/// As a Contact header field of the answer: the URI as the client wrote it and no more parameters than the
/// client needs to find itself, since some phones copy them into the Contact of their calls.
[[nodiscard]] std::string contact_value(const locate::Binding &binding, base::UnixTime now);

} // namespace cord::engine::registrar
