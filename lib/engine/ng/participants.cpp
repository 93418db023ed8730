#include "engine/ng/participants.hpp"

namespace cord::engine::ng {
namespace {

/// Those of all sides for which `is_meant` holds; else the error.
template <class IsMeant>
tl::expected<std::vector<Participant>, Dict> sides_where(Call &call, IsMeant is_meant, const char *nobody) {
    std::vector<Participant> out;
    for (Session &session : call.sessions)
        for (std::size_t side : {0, 1})
            if (is_meant(session, side))
                out.push_back({&session, side});
    if (out.empty())
        return tl::unexpected(error(nobody));
    return out;
}

bool sends_from(const Side &side, const base::IpAddress &address) {
    for (const Section &section : side.sections)
        if (side.peer)
            if (auto *connection = sdp::connection_of(*side.peer, section.peer);
                connection != nullptr && connection->ip() == address)
                return true;
    return false;
}

bool is_reached(const Session &session, std::size_t side, const std::string &to_tag) {
    return to_tag.empty() || session.sides[1 - side].has_tag(to_tag);
}

} // namespace

bool names_participant(const Options &options) {
    return options.has("all") || !options.label.empty() || !options.address.empty() ||
           !options.from_tag.empty();
}

tl::expected<std::vector<Participant>, Dict> participants(State &state, const Options &options, bool by_tag) {
    if (options.call_id.empty())
        return tl::unexpected(error("No call-id in message"));
    auto found = state.calls.find(options.call_id);
    if (found == state.calls.end())
        return tl::unexpected(error("Unknown call-ID"));
    Call &call = found->second;
    if (options.has("all"))
        return sides_where(
            call, [](const Session &, std::size_t) { return true; }, "");
    if (!options.label.empty())
        return sides_where(
            call,
            [&](const Session &session, std::size_t side) {
                return session.sides[side].label == options.label &&
                       is_reached(session, side, options.to_tag);
            },
            "No monologue matching the given label");
    if (!options.address.empty()) {
        const auto address = base::IpAddress::parse(options.address);
        if (!address)
            return tl::unexpected(error("Failed to parse network address"));
        return sides_where(
            call,
            [&](const Session &session, std::size_t side) {
                return sends_from(session.sides[side], *address);
            },
            "Failed to match address to any tag");
    }
    if (options.from_tag.empty() || !(by_tag || options.has("directional")))
        return sides_where(
            call, [](const Session &, std::size_t) { return true; }, "");
    auto tagged = sides_where(
        call,
        [&](const Session &session, std::size_t side) {
            return session.sides[side].has_tag(options.from_tag);
        },
        "From-tag given, but no such tag exists");
    if (!tagged)
        return tagged;
    return sides_where(
        call,
        [&](const Session &session, std::size_t side) {
            return session.sides[side].has_tag(options.from_tag) && is_reached(session, side, options.to_tag);
        },
        "Media flow not found (to-tag not found)");
}

} // namespace cord::engine::ng
