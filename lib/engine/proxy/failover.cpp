#include "engine/proxy/failover.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "engine/proxy/calls.hpp"
#include "engine/proxy/fork.hpp"
#include "engine/proxy/outgoing.hpp"
#include "engine/proxy/state.hpp"

namespace cord::engine::proxy {
namespace {

using resolve::Hop;

/// RFC 3261 section 18.1.1: "If a request is within 200 bytes of the path MTU, or if it is larger than 1300
/// bytes and the path MTU is unknown, the request MUST be sent using an RFC 2914 congestion controlled
/// transport protocol, such as TCP."
constexpr std::size_t largest_datagram = 1300;
/// A server that asks for more is asked again sooner.
constexpr std::uint64_t longest_refusal = 600;

Hop hop_of(const Flow &flow) { return {flow.transport, flow.remote}; }

/// Sets the branch, and the leg of the call that it is to make, to this hop.
void lead(State &s, Exchange &e, std::size_t index, const NextHop &next) {
    Branch &b = e.branches[index];
    use_connection(s, e, index, 0);
    b.target.flow = s.flow_to(next);
    if (Call *call = s.find_call(e.call); call != nullptr && !e.in_dialog)
        move_leg(s, *call, call->branches[b.call_branch].callee, b.target.flow);
}

} // namespace

HopFailure refusal(const wire::sip::Message &response) {
    std::string_view value = response.header(wire::sip::HeaderId::retry_after).value_or("");
    value = value.substr(0, value.find_first_not_of("0123456789"));
    // RFC 3261 section 21.5.4: it "SHOULD NOT forward any other requests to that server for the duration
    // specified in the Retry-After header field, if present."
    return {true,
            std::chrono::seconds(std::min(base::to_uint(value, UINT32_MAX).value_or(0), longest_refusal))};
}

void lead_to_hops(State &s, Exchange &e, std::size_t index, std::vector<NextHop> hops) {
    const NextHop first = hops.front();
    hops.erase(hops.begin());
    e.branches[index].target.hops = std::move(hops);
    lead(s, e, index, first);
}

bool turn_to_next_hop(State &s, Exchange &e, std::size_t index, HopFailure how) {
    Branch &b = e.branches[index];
    if (!b.target.destination)
        return false;
    std::vector<NextHop> &hops = b.target.hops;
    const Hop failed = hop_of(b.target.flow);
    if (how.dead_for > base::Duration::zero())
        s.dead_hops.mark(failed, s.now.mono + how.dead_for, s.now.mono);
    if (how.server)
        std::erase_if(hops, [&](const NextHop &next) { return next.hop.address == failed.address; });
    if (b.cancelled || hops.empty())
        return false;
    b.key = new_branch_key(s, e);
    lead_to_hops(s, e, index, std::move(hops));
    ++s.counts["failovers"];
    return true;
}

bool turn_to_next_flow(State &s, Exchange &e, std::size_t index) {
    Branch &b = e.branches[index];
    if (b.cancelled || b.target.other_flows.empty())
        return false;
    std::vector<Target> left = std::move(b.target.other_flows);
    use_connection(s, e, index, left.front().flow.connection);
    b.target = std::move(left.front());
    b.target.other_flows.assign(std::make_move_iterator(left.begin() + 1),
                                std::make_move_iterator(left.end()));
    b.key = new_branch_key(s, e);
    if (Call *call = s.find_call(e.call); call != nullptr && !e.in_dialog)
        turn_leg(s, *call, call->branches[b.call_branch].callee, b.target);
    ++s.counts["failovers"];
    return true;
}

bool turn_to_stream(State &s, Exchange &e, std::size_t index, std::size_t size) {
    Branch &b = e.branches[index];
    const Flow datagrams = b.target.flow;
    const NextHop stream{{Transport::tcp, datagrams.remote}, datagrams.local.ip};
    const bool open = b.target.destination && !b.target.destination->transport;
    if (size <= largest_datagram || datagrams.transport != Transport::udp || !open ||
        !s.listener_to(stream) || s.dead_hops.contains(stream.hop, s.now.mono))
        return false;
    // "If an element sends a request over TCP because of these message size constraints, and that request
    // would have otherwise been sent over UDP, if the attempt to establish the connection generates either an
    // ICMP Protocol Not Supported, or results in a TCP reset, the element SHOULD retry the request, using
    // UDP."
    b.target.hops.insert(b.target.hops.begin(), {hop_of(datagrams), datagrams.local.ip});
    lead(s, e, index, stream);
    return true;
}

} // namespace cord::engine::proxy
