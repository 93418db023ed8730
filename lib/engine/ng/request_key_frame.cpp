#include <algorithm>

#include "base/text.hpp"
#include "engine/ng/participants.hpp"

namespace cord::engine::ng {
namespace {

/// RFC 4585 section 4.2 and RFC 5104 section 7.1: "nack pli" or "ccm fir", for one payload type or for all.
bool takes_requests(const sdp::Media &media) {
    const auto lines = media.attributes.values("rtcp-fb");
    return media.type == "video" && std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
               const std::string_view what = base::trim(base::cut(line, ' ').second);
               return what == "nack pli" || what == "ccm fir";
           });
}

bool takes_requests(const Side &side) {
    return std::any_of(side.sections.begin(), side.sections.end(),
                       [](const Section &section) { return section.in_use && takes_requests(section.peer); });
}

} // namespace

Outcome request_key_frame(State &state, const Options &options, base::Now /*now*/) {
    auto meant = participants(state, options, true);
    if (!meant)
        return {std::move(meant.error()), {}, {}, {}};
    Outcome out;
    for (const auto [session, side] : *meant)
        if (session->answered && takes_requests(session->sides[side]))
            out.effects.emplace_back(RequestKeyFrames{session->id, side});
    out.reply = out.effects.empty() ? error("No participant has said that it takes requests for key frames")
                                    : Dict{{"result", "ok"}};
    return out;
}

} // namespace cord::engine::ng
