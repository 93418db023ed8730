// The commands, one file each, and the state they work on. A command that has to ask the shell something
// answers later, from what the shell brings.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "engine/media/statistics.hpp"
#include "engine/ng/call.hpp"
#include "engine/ng/config.hpp"
#include "engine/ng/effect.hpp"
#include "engine/ng/negotiate.hpp"
#include "engine/ng/options.hpp"
#include "wire/bencode/value.hpp"

namespace cord::engine::ng {

using wire::bencode::Dict;
using wire::bencode::List;

struct State {
    Config config;
    base::Random &random;
    std::unordered_map<std::string, Call> calls;
    std::unordered_map<media::SessionId, std::string> call_of;  ///< Call-ID of each session
    std::set<std::pair<base::Time, media::SessionId>> expiring; ///< each session by its `Session::ends`
    media::SessionId last_session = 0;
    media::RecordingId last_recording = 0;
    bool draining = false;
    /// What `statistics` tells, by its names, which last as long as the program.
    std::map<std::string_view, std::uint64_t> counts;
};

/// How a session comes to its end.
enum class End : std::uint8_t { deleted, refused, no_media, never_answered };

/// An offer that was read and found its session, and waits for ports.
struct OpenOffer {
    media::SessionId session = 0;
    std::size_t side = 0; ///< whose offer it is
    sdp::Session sdp;
    Layout layout;
};

/// What came of a command: its reply, or a question on which the reply depends.
struct Outcome {
    std::optional<Dict> reply;
    std::optional<OpenOffer> offer;         ///< else: bind what its layout needs, and finish it
    std::vector<media::SessionId> sessions; ///< else: the statistics of these
    std::vector<Effect> effects;
};

[[nodiscard]] Dict error(std::string_view reason);
/// Failover of Kamailio's module looks for the one, that of OpenSIPS' for the other.
[[nodiscard]] Dict load_limit(State &state, const Options &options, std::string_view reason);
inline constexpr const char *unknown_call = "Unknown call-id";

/// The description in a command, or the reply that says what is wrong with it.
[[nodiscard]] tl::expected<sdp::Session, Dict> description(const Options &options);

/// What an offer or an answer lacks, in rtpengine's words; null when it names its dialog.
[[nodiscard]] const char *missing_key(const Options &options);

// One function of this form for each line of the table in core.cpp.
[[nodiscard]] Outcome ping(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome offer(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome answer(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome query(State &state, const Options &options, base::Now now);
/// `delete`
[[nodiscard]] Outcome remove(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome list(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome statistics(State &state, const Options &options, base::Now now);
/// `block media`, `silence media`, `block DTMF`, and what takes each back.
[[nodiscard]] Outcome block_media(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome unblock_media(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome silence_media(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome unsilence_media(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome block_dtmf(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome unblock_dtmf(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome play_dtmf(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome start_recording(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome stop_recording(State &state, const Options &options, base::Now now);
[[nodiscard]] Outcome pause_recording(State &state, const Options &options, base::Now now);
/// `request key frame`, a command of ours.
[[nodiscard]] Outcome request_key_frame(State &state, const Options &options, base::Now now);

/// `ports` are those that its layout needs.
[[nodiscard]] Outcome finish_offer(State &state, const Options &options, const OpenOffer &offer,
                                   const std::vector<BoundPort> &ports, base::Now now);
/// There were not so many ports: a session that the offer began is undone.
[[nodiscard]] Outcome out_of_ports(State &state, const Options &options, const OpenOffer &offer);

using Statistics = std::vector<std::optional<media::SessionStatistics>>;
/// The reply to `query` and `delete`: they tell the same.
[[nodiscard]] Dict tell(const State &state, const Options &options,
                        const std::vector<media::SessionId> &sessions, const Statistics &statistics);
/// Has deleted sessions end now, or after the delay that was asked for.
void expire(State &state, const Options &options, const std::vector<media::SessionId> &sessions,
            base::Time now);

/// The sessions that the tags and the branch of a command mean; all of the call when it names none.
[[nodiscard]] std::vector<Session *> matching(Call &call, const Options &options);
[[nodiscard]] std::pair<Call *, Session *> find(State &state, media::SessionId id);
/// Has the session end by itself at that time; `never` for one that is to stay.
void end_at(State &state, Session &session, base::Time when);
/// Forgets the session; the call goes with its last one, and `call` with it.
[[nodiscard]] std::vector<Effect> end(State &state, Call &call, media::SessionId id, End how);

} // namespace cord::engine::ng
