// Next hops of SIP destinations, by RFC 3263 over the DNS.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/random.hpp"
#include "engine/resolve/next_hops.hpp"
#include "io/net/loop.hpp"
#include "io/resolve/dns.hpp"

namespace cord::io::resolve {

class Resolver {
  public:
    /// `reach` is what our listeners can send by.
    Resolver(net::Loop &loop, Dns &dns, engine::resolve::Reach reach, base::Random &random);
    ~Resolver();
    Resolver(const Resolver &) = delete;
    Resolver &operator=(const Resolver &) = delete;

    /// Calls `then` once, never from within this call: with the addresses to try in their order, none when
    /// there are none or nobody could tell within 10 seconds.
    void find(engine::resolve::Destination destination,
              std::function<void(std::vector<engine::resolve::Hop>)> then);

  private:
    struct Parts;
    std::shared_ptr<Parts> parts_;
};

} // namespace cord::io::resolve
