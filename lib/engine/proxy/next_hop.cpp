#include "engine/proxy/next_hop.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace cord::engine::proxy {

void DeadHops::mark(const resolve::Hop &hop, base::Time until, base::Time now) {
    std::erase_if(until_, [&](const auto &entry) { return entry.second <= now; });
    until_[hop] = until;
    if (until_.size() > base::limits::dead_hops)
        until_.erase(std::find_if(until_.begin(), until_.end(),
                                  [&](const auto &entry) { return entry.first != hop; }));
}

bool DeadHops::contains(const resolve::Hop &hop, base::Time now) const {
    auto found = until_.find(hop);
    return found != until_.end() && found->second > now;
}

void DeadHops::put_last(std::vector<NextHop> &hops, base::Time now) const {
    std::stable_partition(hops.begin(), hops.end(),
                          [&](const NextHop &next) { return !contains(next.hop, now); });
}

std::size_t DeadHops::size(base::Time now) const {
    return static_cast<std::size_t>(
        std::count_if(until_.begin(), until_.end(), [&](const auto &entry) { return entry.second > now; }));
}

} // namespace cord::engine::proxy
