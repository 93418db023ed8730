// What the proxy core is told once: who we are, where we listen, what we allow.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "crypto/digest.hpp"
#include "engine/resolve/next_hops.hpp"
#include "engine/transaction/flow.hpp"

namespace cord::engine::bearer {
class KeySet;
}
namespace cord::engine::locate {
class Directory;
}

namespace cord::engine::proxy {

using Transport = transaction::Transport;
using Flow = transaction::Flow;

/// When media goes through the breaker: when the kinds of both sides differ, for each call, or for none.
enum class Bridge { automatic, always, never };

/// A bound socket, at its place in the list that Flow::listener counts.
struct Listener {
    Transport transport = Transport::udp;
    base::Endpoint local; ///< With the port really bound.
    /// What Via and Record-Route name: a host name or address without port. Empty: the local address of the
    /// flow.
    std::string advertised_host;
    std::uint16_t advertised_port = 0; ///< 0: the local port.
    std::optional<Bridge> bridge;      ///< Empty: Config::bridge.
    /// The algorithms challenged with, in their order. Empty: MD5 alone, which every client understands.
    std::vector<crypto::Hash> digest;
};

/// A registrar that knows no WebSocket, with which clients register through us.
struct Upstream {
    resolve::Destination place;
    std::vector<std::string> domains; ///< Whose users it authenticates, in place of us.
    bool rewrite = true;              ///< It reaches clients by a Contact of ours; else by a Path (RFC 3327).
};

/// Where requests come from that need no password.
struct TrustedAddress {
    base::IpAddress ip;
    unsigned bits = 0;      ///< Of `ip` that count.
    std::uint16_t port = 0; ///< 0: any.

    [[nodiscard]] bool covers(const base::Endpoint &remote) const;
};

class DialPlan;

struct Config {
    std::vector<std::string> domains; ///< Ours; the first is the default. Compared without case.
    std::vector<Listener> listeners;
    /// Addresses and names that reach the listeners bound to every address.
    std::vector<std::string> own_hosts;
    bool authenticate = true;
    std::vector<TrustedAddress> trusted;
    std::shared_ptr<const bearer::KeySet> bearer_keys; ///< Of whom signs tokens (RFC 8898); null: none.
    std::string authz_server; ///< Where clients get them, as challenges tell; empty: they know.
    std::uint32_t min_expires = 60;
    std::uint32_t max_expires = 3600;
    std::uint32_t default_expires = 3600;
    bool durable = true;           ///< A registration is answered once it is on disk, not before.
    std::size_t max_contacts = 10; ///< Bindings of one address of record.
    std::size_t max_transactions = base::limits::transactions;
    Bridge bridge = Bridge::automatic;
    std::size_t breakers = 0; ///< How many are configured; AskBreaker counts them from 0.
    base::Duration grace = std::chrono::seconds(30);
    base::Duration ring_timeout = std::chrono::seconds(120);
    /// Push services (RFC 8599) by which somebody wakes clients on our event; they are told so.
    std::vector<std::string> push_providers;
    base::Duration push_wait = std::chrono::seconds(20); ///< How long a woken client has to register.
    /// Where a client's own Route may lead, and a redirection that is followed.
    std::vector<resolve::Destination> next_hops;
    bool recurse = false; ///< Redirections (3xx) are followed; else the caller does that.
    /// Where what our users send to other domains goes; none: it is refused.
    std::optional<resolve::Destination> outbound_proxy;
    /// Where calls go that a user of ours does not take: a SIP URI; without a user part that of the one
    /// called is put in. Empty: nowhere.
    std::string voicemail;
    std::optional<Upstream> upstream;
    std::shared_ptr<const locate::Directory> directory; ///< Null: none is known yet.
    std::shared_ptr<const DialPlan> dial_plan;          ///< The same.
    std::size_t max_upstream_clients = base::limits::upstream_clients;
    std::string server = "cordboard"; ///< The Server header of our own answers.
    bool accounting = false;          ///< Make an Account of each call's begin and end.
    bool keep_calls = false;          ///< Make a Keep of what changes of established calls.
    std::string secret;               ///< Kept for the next process; empty: one is made up.
    bool events = true;               ///< Somebody hears of what happens.
    bool explain = false;             ///< Tell by events why requests are refused.
};

} // namespace cord::engine::proxy
