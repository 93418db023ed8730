#include "engine/ng/recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace cord::engine::ng {
namespace {

/// The Call-ID as a name of a file that needs no quotes anywhere; what is told by it need not be whole.
std::string file_name(std::string_view call_id) {
    constexpr std::size_t most = 100;
    constexpr std::string_view plain = "-_.@";
    std::string out;
    for (unsigned char c : call_id.substr(0, most)) {
        const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool kept = alphanumeric || (plain.find(static_cast<char>(c)) != plain.npos && !out.empty());
        out += kept ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02x}", c);
    }
    return out;
}

std::vector<Effect> set(Call &call, media::RecordingId recording) {
    std::vector<Effect> out;
    for (Session &session : call.sessions)
        if (std::exchange(session.recording, recording) != recording)
            out.emplace_back(SetRecording{session.id, recording});
    return out;
}

tl::expected<Call *, Dict> call_named(State &state, const Options &options) {
    if (options.call_id.empty())
        return tl::unexpected(error("No call-id in message"));
    auto found = state.calls.find(options.call_id);
    if (found == state.calls.end())
        return tl::unexpected(error(unknown_call));
    return &found->second;
}

Outcome done(std::vector<Effect> effects) { return {Dict{{"result", "ok"}}, {}, {}, std::move(effects)}; }

} // namespace

std::vector<Effect> record(State &state, Call &call) {
    std::vector<Effect> out;
    if (!call.recording) {
        constexpr std::size_t random_characters = 8; // a Call-ID may come again
        call.recording = Recording{++state.last_recording,
                                   fmt::format("{}/{}-{}.pcap", state.config.record_dir, file_name(call.id),
                                               state.random.token(random_characters)),
                                   true};
        out.emplace_back(OpenRecording{call.recording->id, call.recording->file});
    }
    call.recording->on = true;
    auto sessions = set(call, call.recording->id);
    out.insert(out.end(), std::make_move_iterator(sessions.begin()), std::make_move_iterator(sessions.end()));
    return out;
}

std::vector<Effect> pause_recording(Call &call) {
    if (call.recording)
        call.recording->on = false;
    return set(call, 0);
}

std::vector<Effect> end_recording(Call &call, bool discard) {
    std::vector<Effect> out = set(call, 0);
    if (call.recording)
        out.emplace_back(CloseRecording{call.recording->id, discard});
    call.recording.reset();
    return out;
}

std::vector<Effect> follow_record_call(State &state, Call &call, const Options &options) {
    if (!options.record_call)
        return {};
    if (!*options.record_call)
        return end_recording(call, options.has("discard-recording"));
    return state.config.record_dir.empty() ? std::vector<Effect>() : record(state, call);
}

Outcome start_recording(State &state, const Options &options, base::Now /*now*/) {
    auto call = call_named(state, options);
    if (!call)
        return {std::move(call.error()), {}, {}, {}};
    if (state.config.record_dir.empty())
        return {error("There is no folder for recordings: rtc-breaker has no --record-dir"), {}, {}, {}};
    Outcome out = done(record(state, **call));
    out.reply->push_back({"recording-file", (*call)->recording->file});
    return out;
}

Outcome pause_recording(State &state, const Options &options, base::Now /*now*/) {
    auto call = call_named(state, options);
    if (!call)
        return {std::move(call.error()), {}, {}, {}};
    return done(pause_recording(**call));
}

Outcome stop_recording(State &state, const Options &options, base::Now now) {
    if (options.has("pause"))
        return pause_recording(state, options, now);
    auto call = call_named(state, options);
    if (!call)
        return {std::move(call.error()), {}, {}, {}};
    return done(end_recording(**call, options.has("discard-recording")));
}

} // namespace cord::engine::ng
