#include "engine/ng/call.hpp"

#include <algorithm>

namespace cord::engine::ng {

bool Side::has_tag(std::string_view tag) const {
    return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

void Side::take_tag(std::string_view tag) {
    if (tag.empty())
        return;
    std::erase(tags, tag);
    tags.emplace_back(tag);
}

void Side::take_label(std::string_view name) {
    if (!name.empty())
        label = name;
}

void Call::take_metadata(std::string_view text) {
    if (!text.empty())
        metadata = text;
}

std::vector<media::PortId> Session::ports() const {
    std::vector<media::PortId> out;
    for (const Side &side : sides)
        for (const auto &transport : side.transports)
            if (transport && !transport->port.shared) {
                out.push_back(transport->port.rtp);
                if (transport->port.rtcp)
                    out.push_back(*transport->port.rtcp);
            }
    return out;
}

namespace {

/// The side of the session that `a` is at while `b` is at the other.
std::optional<std::size_t> side_between(const Session &session, std::string_view a, std::string_view b) {
    for (std::size_t side : {0, 1})
        if (session.sides[side].has_tag(a) && session.sides[1 - side].has_tag(b))
            return side;
    return std::nullopt;
}

} // namespace

SessionSide side_of_offer(Call &call, std::string_view from_tag, std::string_view to_tag,
                          std::string_view via_branch) {
    for (Session &session : call.sessions) {
        if (to_tag.empty() && session.sides[0].has_tag(from_tag) && session.via_branch == via_branch)
            return {&session, 0};
        if (auto side = side_between(session, from_tag, to_tag))
            return {&session, *side};
    }
    // The To tag is new, when no answer has passed through us yet.
    for (Session &session : call.sessions)
        if (session.sides[0].has_tag(from_tag) && session.sides[1].tags.empty() &&
            (via_branch.empty() || session.via_branch == via_branch))
            return {&session, 0};
    return {};
}

SessionSide side_of_answer(Call &call, std::string_view from_tag, std::string_view to_tag,
                           std::string_view via_branch) {
    for (Session &session : call.sessions)
        if (auto side = side_between(session, from_tag, to_tag); side && session.offerer == *side)
            return {&session, 1 - *side};
    // A new To tag: of this branch, and else of whatever is still to be answered.
    SessionSide fallback;
    for (Session &session : call.sessions) {
        if (!session.sides[session.offerer].has_tag(from_tag))
            continue;
        if (session.via_branch == via_branch)
            return {&session, 1 - session.offerer};
        if (!session.answered || via_branch.empty())
            fallback = {&session, 1 - session.offerer};
    }
    return fallback;
}

} // namespace cord::engine::ng
