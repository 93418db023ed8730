#include "engine/proxy/fork.hpp"
#include "engine/proxy/responses.hpp"
#include "engine/proxy/state.hpp"

namespace cord::engine::proxy {
namespace {

Member member(const Exchange &e, std::size_t branch) { return {e.id, static_cast<std::uint32_t>(branch)}; }

} // namespace

void forget_connections(State &s, const Exchange &e) {
    s.exchanges_by_connection.remove(e.flow.connection, {e.id});
    for (std::size_t i = 0; i < e.branches.size(); ++i)
        s.exchanges_by_connection.remove(e.branches[i].target.flow.connection, member(e, i));
}

void use_connection(State &s, Exchange &e, std::size_t index, std::uint64_t connection) {
    Flow &flow = e.branches[index].target.flow;
    s.exchanges_by_connection.remove(flow.connection, member(e, index));
    flow.connection = connection;
    s.exchanges_by_connection.add(connection, member(e, index));
}

void fail_flow(State &s, const Flow &flow) {
    for (const Member &member : s.exchanges_by_connection.of(flow.connection)) {
        Exchange &e = s.exchanges.at(member.id);
        if (member.branch != Member::no_branch) {
            const transaction::Id client = e.branches[member.branch].client;
            on_branch_failure(s, e, member.branch, 480);
            s.layer.on_failure(client, s.now.mono);
        } else if (e.state == Exchange::State::forwarding) {
            cancel(s, e);
        }
    }
}

} // namespace cord::engine::proxy
