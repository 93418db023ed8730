// Virtual time: the network, the nodes on it, and what a test has happen when.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/network.hpp"

namespace cord::sim {

/// Everything that happens in it follows from its seed. With CORD_SIM_TRACE set, each packet is printed.
class World {
  public:
    explicit World(std::uint64_t seed, Faults faults = {}) : random_(seed), network_(random_, faults) {}

    [[nodiscard]] base::Random &random() { return random_; }
    [[nodiscard]] base::Now now() const { return now_; }
    /// The node must live as long as the world runs.
    void add(Node &node) { nodes_.push_back(&node); }
    void after(base::Duration delay, std::function<void(base::Now)> what) {
        script_.emplace(now_.mono + delay, std::move(what));
    }
    /// Cuts a connection for good.
    void close(std::uint64_t connection);
    /// Runs until nothing is left that would happen; false when that takes longer than `limit` of virtual
    /// time.
    [[nodiscard]] bool run(base::Duration limit);

  private:
    [[nodiscard]] base::Time next() const;
    void step();
    void deliver(const Packet &packet);
    void drain(Node &node);

    base::SeededRandom random_;
    Network network_;
    std::vector<Node *> nodes_;
    std::set<std::uint64_t> closed_;
    std::multimap<base::Time, std::function<void(base::Now)>> script_;
    base::Now now_{base::Time{}, base::UnixTime{std::chrono::seconds(1'800'000'000)}};
};

} // namespace cord::sim
