#include "engine/ng/commands.hpp"
#include "engine/ng/report.hpp"

namespace cord::engine::ng {

Outcome query(State &state, const Options &options, base::Now /*now*/) {
    if (options.call_id.empty())
        return {error("No call-id in message"), {}, {}, {}};
    auto found = state.calls.find(options.call_id);
    if (found == state.calls.end())
        return {error(unknown_call), {}, {}, {}};
    Outcome out;
    for (const Session *session : matching(found->second, options))
        out.sessions.push_back(session->id);
    return out;
}

Dict tell(const State &state, const Options &options, const std::vector<media::SessionId> &sessions,
          const Statistics &statistics) {
    auto found = state.calls.find(options.call_id);
    if (found == state.calls.end())
        return error(unknown_call);
    Dict reply{{"result", "ok"}};
    std::vector<const Session *> told;
    for (media::SessionId id : sessions)
        for (const Session &session : found->second.sessions)
            if (session.id == id)
                told.push_back(&session);
    if (told.size() == statistics.size() && !options.has("fast"))
        report(reply, found->second, told, statistics);
    return reply;
}

} // namespace cord::engine::ng
