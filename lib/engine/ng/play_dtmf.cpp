#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "engine/ng/participants.hpp"
#include "wire/rtp/telephone_event.hpp"

namespace cord::engine::ng {
namespace {

/// DTMF is events 0 to 15 (RFC 4733 section 3.2).
constexpr std::uint64_t last_event = 15;

/// "5", "*", or the event's number.
std::optional<std::uint8_t> event_named(std::string_view word) {
    if (word.size() == 1)
        if (auto event = wire::rtp::event_of(word.front()))
            return event;
    auto number = base::to_uint(word, last_event);
    return number ? std::optional(static_cast<std::uint8_t>(*number)) : std::nullopt;
}

base::Duration between_limits(std::optional<std::uint32_t> wanted, std::uint32_t usual) {
    constexpr std::uint32_t least = 100, most = 5000;
    return std::chrono::milliseconds(std::clamp(wanted.value_or(usual), least, most));
}

/// All keys, or none when one of them is no key.
std::vector<media::Key> keys_of(const Options &options) {
    constexpr std::uint32_t usual_volume = 8, quietest = 63, usual_duration = 250, usual_pause = 100;
    media::Key key;
    key.volume = static_cast<std::uint8_t>(std::min(options.volume.value_or(usual_volume), quietest));
    key.duration = between_limits(options.duration, usual_duration);
    key.pause = between_limits(options.pause, usual_pause);
    std::vector<media::Key> out;
    for (const std::string &word : options.keys) {
        auto event = event_named(word);
        if (!event || out.size() == base::limits::dtmf_keys)
            return {};
        key.event = *event;
        out.push_back(key);
    }
    return out;
}

/// RFC 4733 section 2.4.1: "events" lists them as "0-15,66"; without it they are 0 to 15.
bool lists(const sdp::Format &format, std::uint8_t event) {
    std::string_view list = format.parameters;
    if (list.starts_with("events="))
        list.remove_prefix(7);
    bool found = list.empty();
    base::split(list, ',', [&](std::string_view range) {
        const auto [first, last] = base::cut(base::trim(range), '-');
        auto from = base::to_uint(first, UINT8_MAX);
        auto to = last.empty() ? from : base::to_uint(last, UINT8_MAX);
        found |= from && to && *from <= event && event <= *to;
    });
    return found;
}

/// Section 2.5.1.1: the sender "MUST restrict the set of events it sends to those listed".
bool takes(const Side &side, const std::vector<media::Key> &keys) {
    return std::any_of(side.sections.begin(), side.sections.end(), [&](const Section &section) {
        const auto formats = section.in_use ? event_formats(section) : std::vector<sdp::Format>();
        return !formats.empty() &&
               std::all_of(formats.begin(), formats.end(), [&](const sdp::Format &format) {
                   return std::all_of(keys.begin(), keys.end(),
                                      [&](const media::Key &key) { return lists(format, key.event); });
               });
    });
}

} // namespace

Outcome play_dtmf(State &state, const Options &options, base::Now /*now*/) {
    auto meant = participants(state, options, true);
    if (!meant)
        return {std::move(meant.error()), {}, {}, {}};
    if (!names_participant(options))
        return {error("No participant party specified"), {}, {}, {}};
    const auto keys = keys_of(options);
    if (keys.empty())
        return {error("Out of range 'code' specified"), {}, {}, {}};
    Outcome out;
    // Who is named presses the keys: the other side hears them.
    for (const auto [session, side] : *meant)
        if (session->answered && takes(session->sides[1 - side], keys))
            out.effects.emplace_back(PressKeys{session->id, 1 - side, keys});
    out.reply = out.effects.empty() ? error("Monologue has no media capable of DTMF injection")
                                    : Dict{{"result", "ok"}};
    return out;
}

} // namespace cord::engine::ng
