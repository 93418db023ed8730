#include <algorithm>

#include "engine/ng/commands.hpp"

namespace cord::engine::ng {
namespace {

/// A dialog that ends takes with it the branches of its call that have lost.
void add_lost_branches(Call &call, std::vector<Session *> &sessions) {
    const std::vector<Session *> ended = sessions;
    for (Session &session : call.sessions) {
        const bool lost =
            std::none_of(ended.begin(), ended.end(), [&](const Session *e) { return e == &session; }) &&
            std::any_of(ended.begin(), ended.end(), [&](const Session *e) {
                return !e->sides[0].tags.empty() && session.sides[0].has_tag(e->sides[0].tags.back());
            });
        if (lost)
            sessions.push_back(&session);
    }
}

} // namespace

Outcome remove(State &state, const Options &options, base::Now /*now*/) {
    if (options.call_id.empty())
        return {error("No call-id in message"), {}, {}, {}};
    auto found = state.calls.find(options.call_id);
    auto sessions = found == state.calls.end() ? std::vector<Session *>() : matching(found->second, options);
    if (sessions.empty()) {
        constexpr const char *nothing = "Call-ID not found or tags didn't match";
        return {
            options.has("fatal") ? error(nothing) : Dict{{"result", "ok"}, {"warning", nothing}}, {}, {}, {}};
    }
    if (options.via_branch.empty())
        add_lost_branches(found->second, sessions);
    Outcome out;
    for (const Session *session : sessions)
        out.sessions.push_back(session->id);
    return out;
}

void expire(State &state, const Options &options, const std::vector<media::SessionId> &sessions,
            base::Time now) {
    for (media::SessionId id : sessions)
        if (auto [call, session] = find(state, id); session) {
            session->deleted = true;
            if (call->recording)
                call->recording->discard |= options.has("discard-recording");
            end_at(state, *session, now + std::chrono::seconds(options.delete_delay.value_or(0)));
        }
}

} // namespace cord::engine::ng
