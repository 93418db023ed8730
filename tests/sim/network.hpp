// A network that loses, doubles, delays and reorders, the same way for the same seed.
#pragma once

#include <map>

#include "base/random.hpp"
#include "sim/node.hpp"

namespace cord::sim {

/// Chances are in percent, of datagrams alone.
struct Faults {
    unsigned loss = 20;
    unsigned duplicate = 10;
    unsigned straggle = 5; ///< Arrives after what was sent up to a second later.
    base::Duration delay_max = std::chrono::milliseconds(100);
};

class Network {
  public:
    Network(base::Random &random, Faults faults) : random_(random), faults_(faults) {}

    void send(Packet packet, base::Time now);
    [[nodiscard]] base::Time next() const;
    [[nodiscard]] Packet pop();

  private:
    void send_datagram(const Packet &packet, base::Time now);
    [[nodiscard]] base::Duration delay();
    [[nodiscard]] bool happens(unsigned percent) { return random_.below(100) < percent; }

    base::Random &random_;
    Faults faults_;
    std::multimap<base::Time, Packet> in_flight_;
    std::map<std::pair<std::uint64_t, base::Endpoint>, base::Time>
        last_arrival_; // of each direction of a stream
};

} // namespace cord::sim
