// DNS by libunbound: a cache that keeps each record's time to live, and one thread that asks.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/resolve/dns.hpp"
#include "io/net/loop.hpp"

namespace cord::io::resolve {

class Dns {
  public:
    /// Asks the servers of /etc/resolv.conf after /etc/hosts, or `server` ("192.0.2.53", "127.0.0.1@5353")
    /// alone. Throws std::runtime_error when that cannot be set up.
    Dns(net::Loop &loop, const std::string &server = "");
    /// Questions under way get no answer. Not from within one.
    ~Dns();
    Dns(const Dns &) = delete;
    Dns &operator=(const Dns &) = delete;

    /// Calls `then` once, on the loop's thread and never from within this call.
    void ask(const engine::resolve::DnsQuestion &question,
             std::function<void(engine::resolve::DnsAnswer)> then);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace cord::io::resolve
