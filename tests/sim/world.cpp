#include "sim/world.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace cord::sim {
namespace {

void trace(const char *what, const Packet &packet, base::Time now) {
    static const bool wanted = std::getenv("CORD_SIM_TRACE") != nullptr;
    if (!wanted)
        return;
    const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
    std::fprintf(stderr, "%10.6f %s %s -> %s\n%s\n", seconds, what, packet.from.text().c_str(),
                 packet.to.text().c_str(), packet.bytes.c_str());
}

} // namespace

bool World::run(base::Duration limit) {
    const base::Time end = now_.mono + limit;
    while (next() != base::never) {
        if (next() > end)
            return false;
        now_.unix += std::chrono::duration_cast<std::chrono::microseconds>(next() - now_.mono);
        now_.mono = next();
        step();
    }
    return true;
}

base::Time World::next() const {
    base::Time t = network_.next();
    if (!script_.empty())
        t = std::min(t, script_.begin()->first);
    for (const Node *node : nodes_)
        t = std::min(t, node->next_deadline());
    return std::max(t, now_.mono);
}

// One thing that is due, and what it makes the nodes send.
void World::step() {
    if (!script_.empty() && script_.begin()->first <= now_.mono) {
        const auto what = std::move(script_.begin()->second);
        script_.erase(script_.begin());
        what(now_);
    } else if (network_.next() <= now_.mono) {
        deliver(network_.pop());
    } else {
        for (Node *node : nodes_)
            if (node->next_deadline() <= now_.mono)
                node->on_timer(now_);
    }
    for (Node *node : nodes_)
        drain(*node);
}

void World::close(std::uint64_t connection) {
    closed_.insert(connection);
    for (Node *node : nodes_)
        node->on_closed(connection, now_);
}

void World::deliver(const Packet &packet) {
    if (closed_.count(packet.connection) > 0)
        return;
    trace("arrives", packet, now_.mono);
    for (Node *node : nodes_)
        if (node->address() == packet.to)
            node->on_packet(packet, now_);
}

void World::drain(Node &node) {
    for (Packet &packet : node.take_packets()) {
        trace("is sent", packet, now_.mono);
        network_.send(std::move(packet), now_.mono);
    }
}

} // namespace cord::sim
