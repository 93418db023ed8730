// What a registration leaves behind: one contact address of a user and the way to reach it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "engine/transaction/flow.hpp"

namespace cord::engine::locate {

/// Binding::q where the client named none; it counts as the highest.
inline constexpr int no_q = 1001;

/// One binding of an address of record, with what Kamailio's `location` table keeps of it.
struct Binding {
    std::string ruid;     ///< Ours for its life; key of its row.
    std::string user;     ///< Of the address of record, as registered.
    std::string domain;   ///< Of the address of record, lower case.
    std::string contact;  ///< The Contact URI, byte for byte.
    std::string instance; ///< +sip.instance without angle brackets; empty when none was given.
    std::uint32_t reg_id = 0;
    std::vector<std::string> path; ///< Path URIs, topmost first (RFC 3327).
    std::string call_id;           ///< Of the REGISTER that made or refreshed it.
    std::uint32_t cseq = 0;
    int q = no_q; ///< Thousandths.
    std::string user_agent;
    std::string methods; ///< The Allow of the REGISTER.
    base::UnixTime expires{};
    base::UnixTime modified{};
    transaction::Flow flow; ///< The way back to where the REGISTER came from.
    /// A connection that is open; false for rows loaded after a restart until their client comes again.
    bool reachable = true;
    /// What the temporary GRUUs (RFC 5627) of its instance stand for, with those of its other flows; 0 until
    /// there are any. Not of the row: it is meaningless to another process.
    std::uint64_t gruus = 0;
};

/// Where a client over TCP or TLS is reached when its connection is gone: by a new one to its Contact, where
/// that names the address it was at, with another port. Nothing for browsers, outbound flows, and clients
/// behind a NAT.
[[nodiscard]] std::optional<transaction::Flow> flow_to_contact(const Binding &binding);

/// How a client that sleeps is woken: the parameters of RFC 8599 section 4 in its Contact.
struct Push {
    std::string provider; ///< pn-provider: whose service, as "apns" or "webpush".
    std::string prid;     ///< pn-prid: the client, as that service knows it.
    std::string param;    ///< pn-param: what else that service wants.

    bool operator==(const Push &) const = default;
};
/// Nothing when the Contact URI names no service and client.
[[nodiscard]] std::optional<Push> push_of(std::string_view contact);

/// One row to write: the binding as it is now, or as it was when `removed`.
struct Change {
    bool removed = false;
    Binding binding;
};

} // namespace cord::engine::locate
