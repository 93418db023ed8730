#include "engine/ng/commands.hpp"

namespace cord::engine::ng {
namespace {

std::int64_t transcoded_media(const State &state) {
    std::int64_t out = 0;
    for (const auto &[id, call] : state.calls)
        for (const Session &session : call.sessions)
            for (const Section &section : session.sides[1].sections)
                out += section.in_use && section.transcoded;
    return out;
}

Dict counts_of(const State &state, std::initializer_list<std::string_view> names) {
    Dict out;
    for (std::string_view name : names) {
        auto found = state.counts.find(name);
        out.push_back(
            {std::string(name), found == state.counts.end() ? 0 : static_cast<std::int64_t>(found->second)});
    }
    return out;
}

} // namespace

/// What rtpengine tells here under the same names, as far as it is counted; a session is a call.
Outcome statistics(State &state, const Options & /*options*/, base::Now /*now*/) {
    const auto calls = static_cast<std::int64_t>(state.calls.size());
    Dict current{{"sessionsown", calls},
                 {"sessionsforeign", std::int64_t{0}},
                 {"sessionstotal", calls},
                 {"transcodedmedia", transcoded_media(state)}};
    Dict totals = counts_of(state, {"managedsessions", "rejectedsessions", "timeoutsessions",
                                    "offertimeoutsessions", "regularterminatedsessions"});
    Dict control = counts_of(
        state, {"totalpingcount", "totaloffercount", "totalanswercount", "totaldeletecount",
                "totalquerycount", "totallistcount", "totalblkdtmfcount", "totalunblkdtmfcount",
                "totalblkmedia", "totalunblkmedia", "totalplaydtmf", "totalstatistics", "totalerrorcount"});
    return {Dict{{"result", "ok"},
                 {"statistics", Dict{{"currentstatistics", std::move(current)},
                                     {"totalstatistics", std::move(totals)},
                                     {"controlstatistics", std::move(control)}}}},
            {},
            {},
            {}};
}

} // namespace cord::engine::ng
