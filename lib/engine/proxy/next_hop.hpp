// Places beyond our own clients, found by RFC 3263: the addresses to try, and those that failed a moment ago.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "engine/resolve/next_hops.hpp"

namespace cord::engine::proxy {

/// An address to try, and the one of ours from which the system sends there.
struct NextHop {
    resolve::Hop hop;
    base::IpAddress source;

    auto operator<=>(const NextHop &) const = default;
};

/// Addresses that did not answer, or asked to be left alone: they are tried last, until their time is over.
class DeadHops {
  public:
    void mark(const resolve::Hop &hop, base::Time until, base::Time now);
    [[nodiscard]] bool contains(const resolve::Hop &hop, base::Time now) const;
    /// The living before the dead, else in the order given.
    void put_last(std::vector<NextHop> &hops, base::Time now) const;
    [[nodiscard]] std::size_t size(base::Time now) const;

  private:
    std::map<resolve::Hop, base::Time> until_;
};

} // namespace cord::engine::proxy
