#include "engine/ng/commands.hpp"

#include <algorithm>

#include "engine/ng/recording.hpp"

namespace cord::engine::ng {

Dict error(std::string_view reason) { return {{"result", "error"}, {"error-reason", reason}}; }

Dict load_limit(State &state, const Options &options, std::string_view reason) {
    ++state.counts["rejectedsessions"];
    if (options.understands_load_limit)
        return {{"result", "load limit"}, {"message", reason}};
    return error(reason);
}

tl::expected<sdp::Session, Dict> description(const Options &options) {
    if (!options.sdp || options.sdp->empty())
        return tl::unexpected(error("No SDP body in message"));
    auto session = sdp::parse(*options.sdp);
    if (!session) {
        Dict reply = error("Failed to parse SDP");
        reply.push_back({"detail", base::describe(session.error())});
        return tl::unexpected(std::move(reply));
    }
    if (session->media.empty())
        return tl::unexpected(error("Incomplete SDP specification"));
    return std::move(*session);
}

const char *missing_key(const Options &options) {
    if (options.call_id.empty())
        return "No call-id in message";
    return options.from_tag.empty() ? "No from-tag in message" : nullptr;
}

std::vector<Session *> matching(Call &call, const Options &options) {
    auto at_either = [](const Session &session, std::string_view tag) {
        return session.sides[0].has_tag(tag) || session.sides[1].has_tag(tag);
    };
    // `delete` looks at the To tag only when told so by the flag of that name, `query` always.
    const bool is_query = options.command == "query";
    const bool by_to_tag = !options.to_tag.empty() && (is_query || options.has("to-tag"));
    const bool by_branch = !options.via_branch.empty() && !is_query;
    std::vector<Session *> out;
    for (Session &session : call.sessions)
        if ((options.from_tag.empty() || at_either(session, options.from_tag)) &&
            (!by_to_tag || at_either(session, options.to_tag)) &&
            (!by_branch || session.via_branch == options.via_branch))
            out.push_back(&session);
    return out;
}

std::pair<Call *, Session *> find(State &state, media::SessionId id) {
    auto known = state.call_of.find(id);
    if (known == state.call_of.end())
        return {};
    Call &call = state.calls.at(known->second);
    auto session = std::find_if(call.sessions.begin(), call.sessions.end(),
                                [&](const Session &s) { return s.id == id; });
    return {&call, &*session};
}

void end_at(State &state, Session &session, base::Time when) {
    state.expiring.erase({session.ends, session.id});
    session.ends = when;
    if (when != base::never)
        state.expiring.emplace(when, session.id);
}

namespace {

struct Ending {
    const char *reason; ///< for the log, when no command asked for it
    const char *counted;
};

Ending ending_of(End how) {
    switch (how) {
    case End::deleted: return {"", "regularterminatedsessions"};
    case End::refused: break;
    case End::no_media: return {"no media", "timeoutsessions"};
    case End::never_answered: return {"never answered", "offertimeoutsessions"};
    }
    return {"", nullptr};
}

} // namespace

std::vector<Effect> end(State &state, Call &call, media::SessionId id, End how) {
    auto session = std::find_if(call.sessions.begin(), call.sessions.end(),
                                [&](const Session &s) { return s.id == id; });
    end_at(state, *session, base::never);
    const Ending ending = ending_of(how);
    std::vector<Effect> effects{RemoveSession{id, ending.reason}, ClosePorts{session->ports()}};
    call.sessions.erase(session);
    state.call_of.erase(id);
    if (!call.sessions.empty())
        return effects;
    if (ending.counted != nullptr) {
        ++state.counts["managedsessions"];
        ++state.counts[ending.counted];
    }
    auto recording = end_recording(call, call.recording && call.recording->discard);
    effects.insert(effects.end(), std::make_move_iterator(recording.begin()),
                   std::make_move_iterator(recording.end()));
    state.calls.erase(std::string(call.id));
    return effects;
}

} // namespace cord::engine::ng
