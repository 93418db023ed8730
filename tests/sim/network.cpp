#include "sim/network.hpp"

#include <algorithm>

namespace cord::sim {

base::Duration Network::delay() {
    return base::Duration(1 + random_.below(static_cast<std::uint64_t>(faults_.delay_max.count())));
}

void Network::send(Packet packet, base::Time now) {
    if (packet.connection == 0)
        return send_datagram(packet, now);
    auto &last = last_arrival_[{packet.connection, packet.to}];
    last = std::max(last, now + delay());
    in_flight_.emplace(last, std::move(packet));
}

void Network::send_datagram(const Packet &packet, base::Time now) {
    const int copies = happens(faults_.duplicate) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
        if (happens(faults_.loss))
            continue;
        const base::Duration late = happens(faults_.straggle) ? std::chrono::seconds(1) : base::Duration{};
        in_flight_.emplace(now + delay() + late, packet);
    }
}

base::Time Network::next() const { return in_flight_.empty() ? base::never : in_flight_.begin()->first; }

Packet Network::pop() {
    Packet packet = std::move(in_flight_.begin()->second);
    in_flight_.erase(in_flight_.begin());
    return packet;
}

} // namespace cord::sim
