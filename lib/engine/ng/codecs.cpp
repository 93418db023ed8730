#include "engine/ng/codecs.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/sdp/kind.hpp"

namespace cord::engine::ng {
namespace {

using sdp::Format;
using sdp::RtpMap;

bool is_event(const RtpMap &map) { return base::iequals(map.name, "telephone-event"); }
bool is_comfort_noise(const RtpMap &map) { return base::iequals(map.name, "CN"); }
/// What the receiver of a description may send to ask for repair: what the other side's format understands,
/// and of an answer what was offered. Pictures are asked for always: phones act on PLI and FIR whether they
/// say so or not.
std::vector<std::string> feedback(const Format &understood, const std::vector<std::string> *offered) {
    constexpr std::uint32_t video_clock = 90'000;
    if (understood.map.clock_rate != video_clock || sdp::is_repair_codec(understood.map.name))
        return {};
    auto in = [](const std::vector<std::string> &list, std::string_view word) {
        return std::find(list.begin(), list.end(), word) != list.end();
    };
    std::vector<std::string> out;
    for (std::string_view word : {"goog-remb", "ccm fir", "nack", "nack pli"}) {
        const bool picture = word == "ccm fir" || word == "nack pli";
        if ((picture || in(understood.feedback, word)) && (!offered || in(*offered, word)))
            out.emplace_back(word);
    }
    return out;
}

/// What carries the sound or picture itself.
bool is_primary(const RtpMap &map) {
    return !is_event(map) && !is_comfort_noise(map) && !sdp::is_repair_codec(map.name);
}

/// Whether an operator's "opus", "opus/48000" or "opus/48000/2" means this codec.
bool is_named(const RtpMap &map, std::string_view wish) {
    const auto [name, rest] = base::cut(wish, '/');
    const auto clock = base::to_uint(base::cut(rest, '/').first);
    return base::iequals(map.name, name) && (!clock || *clock == map.clock_rate);
}

bool is_any(const RtpMap &map, const CodecNames &wishes) {
    return std::any_of(wishes.begin(), wishes.end(), [&](const std::string &wish) {
        return wish == "all" || wish == "full" || is_named(map, wish);
    });
}

/// Parameters decide for codecs whose configurations do not mix.
bool same_format(const Format &a, const Format &b) {
    const bool strict = base::iequals(a.map.name, "H264") || base::iequals(a.map.name, "VP9");
    return same_payloads(a, b) && (!strict || a.parameters == b.parameters);
}

/// A number for the format that the receiver takes for nothing else: its own for this codec if it has one,
/// else the offerer's, else a free one.
std::uint8_t number_for(const Format &format, const CodecContext &context, PayloadTypes &taken) {
    if (context.before)
        for (const Format &own : sdp::formats(*context.before))
            if (same_format(own, format) && taken.insert(own.map.payload_type).second)
                return own.map.payload_type;
    if (taken.insert(format.map.payload_type).second)
        return format.map.payload_type;
    // RFC 3551 section 6: 96 to 127 are dynamic, and RFC 5761 section 4 leaves 64 to 95 to RTCP. From above,
    // where numbers are seldom in use already.
    for (int number = 127; number >= 35; number = number == 96 ? 63 : number - 1)
        if (taken.insert(static_cast<std::uint8_t>(number)).second)
            return static_cast<std::uint8_t>(number);
    return format.map.payload_type;
}

/// Whether the offerer's format goes into the offer at all.
bool passes(const Format &format, const CodecContext &context, const CodecWishes &wishes) {
    if (is_any(format.map, wishes.ignore) || is_any(format.map, wishes.mask))
        return false;
    if (is_any(format.map, wishes.strip) && !is_any(format.map, wishes.except) &&
        !is_any(format.map, wishes.offer))
        return false;
    return !sdp::is_repair_codec(format.map.name) || (context.from_webrtc && context.to_webrtc);
}

class Offer {
  public:
    Offer(const sdp::Media &section, const CodecContext &context, const CodecWishes &wishes,
          PayloadTypes &taken)
        : section_(section), context_(context), wishes_(wishes), taken_(taken) {}

    std::vector<CodecMatch> make_all() {
        for (Format &format : sdp::formats(section_))
            if (passes(format, context_, wishes_))
                add(format, format);
            else if (!is_any(format.map, wishes_.ignore) && speaks(context_.spoken, format))
                hidden_.push_back({format, std::nullopt});
        if (section_.type == "audio")
            add_for_transcoding();
        drop_repair_of_renumbered();
        order_as_wished();
        out_.insert(out_.end(), hidden_.begin(), hidden_.end());
        return std::move(out_);
    }

  private:
    void add(const std::optional<Format> &from, Format to) {
        to.map.payload_type = number_for(to, context_, taken_);
        to.feedback = feedback(to, nullptr);
        out_.push_back({from, std::move(to)});
    }

    [[nodiscard]] bool offers(const Format &format) const {
        return std::any_of(out_.begin(), out_.end(),
                           [&](const CodecMatch &m) { return same_payloads(*m.answerer, format); });
    }
    [[nodiscard]] bool offers_any(std::initializer_list<std::string_view> names) const {
        return std::any_of(out_.begin(), out_.end(), [&](const CodecMatch &m) {
            return std::any_of(names.begin(), names.end(),
                               [&](std::string_view name) { return is_named(m.answerer->map, name); });
        });
    }
    [[nodiscard]] bool has_source() const {
        auto all = sdp::formats(section_);
        return std::any_of(all.begin(), all.end(),
                           [&](const Format &f) { return speaks(context_.spoken, f); });
    }

    /// All that the worker speaks by this name.
    void put_in(std::string_view wish) {
        for (const Format &format : context_.spoken)
            if (is_named(format.map, wish) && !offers(format) && !is_any(format.map, wishes_.strip))
                add(std::nullopt, format);
    }

    void add_for_transcoding() {
        if (!has_source())
            return;
        for (const std::string &wish : wishes_.transcode)
            put_in(wish);
        if (context_.from_webrtc && !context_.to_webrtc)
            put_in_for_phone();
        // A browser that was told to speak Opus alone must find it.
        if (!context_.from_webrtc && context_.to_webrtc)
            put_in("opus");
        add_events();
    }

    /// A phone must have G.711 (RFC 7874 section 3 has browsers have it, too, but a page may switch it off);
    /// those that have not speak what a narrow link or a mobile network takes, which no browser does.
    void put_in_for_phone() {
        if (!offers_any({"PCMU", "PCMA"})) {
            put_in("PCMU");
            put_in("PCMA");
        }
        for (std::string_view name : {"AMR-WB", "AMR", "G729"})
            put_in(name);
    }

    /// RFC 4733 section 2.1: events have the clock of the audio beside them.
    void add_events() {
        const auto all = sdp::formats(section_);
        auto event = std::find_if(all.begin(), all.end(), [](const Format &f) { return is_event(f.map); });
        if (event == all.end())
            return;
        std::set<std::uint32_t> clocks;
        for (const CodecMatch &m : out_)
            if (is_primary(m.answerer->map))
                clocks.insert(m.answerer->map.clock_rate);
        std::erase_if(out_, [&](const CodecMatch &m) {
            return is_event(m.answerer->map) && !clocks.contains(m.answerer->map.clock_rate);
        });
        for (std::uint32_t clock : clocks) {
            Format format = *event;
            format.map.clock_rate = clock;
            if (!offers(format))
                add(*event, format);
        }
    }

    /// rtx names by number what it repairs (RFC 4588 section 8.1), red what it repeats.
    void drop_repair_of_renumbered() {
        const bool renumbered = std::any_of(out_.begin(), out_.end(), [](const CodecMatch &m) {
            return m.offerer && m.offerer->map.payload_type != m.answerer->map.payload_type;
        });
        if (renumbered)
            std::erase_if(out_,
                          [](const CodecMatch &m) { return sdp::is_repair_codec(m.answerer->map.name); });
    }

    /// `offer` is an order too: those named come first, as named.
    void order_as_wished() {
        auto rank = [&](const CodecMatch &m) {
            std::size_t i = 0;
            while (i < wishes_.offer.size() && !is_named(m.answerer->map, wishes_.offer[i]))
                ++i;
            return i;
        };
        std::stable_sort(out_.begin(), out_.end(),
                         [&](const CodecMatch &a, const CodecMatch &b) { return rank(a) < rank(b); });
    }

    const sdp::Media &section_;
    const CodecContext &context_;
    const CodecWishes &wishes_;
    PayloadTypes &taken_;
    std::vector<CodecMatch> out_;
    std::vector<CodecMatch> hidden_;
};

/// A format that the answerer has accepted.
struct Accepted {
    const CodecMatch *offered;
    Format answer; ///< with the number that the answerer wants to receive
};

std::vector<Accepted> accepted(const std::vector<CodecMatch> &offered, const sdp::Media &answer) {
    std::vector<Accepted> out;
    for (const Format &format : sdp::formats(answer)) {
        auto found = std::find_if(offered.begin(), offered.end(), [&](const CodecMatch &m) {
            return m.answerer && same_codec(m.answerer->map, format.map) &&
                   m.answerer->map.payload_type == format.map.payload_type;
        });
        // RFC 3264 section 6.1: an answerer may use another number for the same codec.
        if (found == offered.end())
            found = std::find_if(offered.begin(), offered.end(), [&](const CodecMatch &m) {
                return m.answerer && same_payloads(*m.answerer, format);
            });
        if (found != offered.end())
            out.push_back({&*found, format});
    }
    return out;
}

media::Codec codec(const Format &format) {
    media::Codec out{base::lower(format.map.name), format.map.clock_rate, format.map.channels, {}};
    base::split(format.parameters, ';', [&](std::string_view parameter) {
        const auto [name, value] = base::cut(base::trim(parameter), '=');
        // A blank would end the codec where the worker reads it.
        if (!name.empty() && value.find(' ') == value.npos)
            out.parameters.emplace_back(name, value);
    });
    return out;
}

class Outcome {
  public:
    Outcome(std::vector<Accepted> accepted, const std::vector<CodecMatch> &offered, const Spoken &spoken)
        : accepted_(std::move(accepted)), offered_(offered), spoken_(spoken) {}

    CodecOutcome make() {
        auto passed = std::find_if(accepted_.begin(), accepted_.end(), [](const Accepted &a) {
            return a.offered->offerer && is_primary(a.answer.map);
        });
        if (passed != accepted_.end())
            pass_on();
        else
            translate();
        return std::move(out_);
    }

  private:
    void rule(const Format &offerer, const Accepted &a, bool transcode) {
        out_.from_offerer.push_back({offerer.map.payload_type, a.answer.map.payload_type, codec(offerer),
                                     codec(a.answer), transcode});
        from_answerer(a, offerer, transcode);
    }

    /// The answerer sends with the number that we have offered.
    void from_answerer(const Accepted &a, const Format &offerer, bool transcode) {
        out_.from_answerer.push_back({a.offered->answerer->map.payload_type, offerer.map.payload_type,
                                      codec(a.answer), codec(offerer), transcode});
    }

    void tell_offerer(const Format &offerer, const Format &answer) {
        Format format = offerer;
        format.parameters = answer.parameters;
        format.feedback = feedback(answer, &offerer.feedback);
        out_.to_offerer.push_back(std::move(format));
    }

    /// Both sides share a codec: what they share is passed on, in the answerer's order. A codec that was put
    /// in and accepted beside it comes last, is not sent by anybody who goes by the order, and has no rule:
    /// one transcoder in a direction would have to take all of its packets.
    void pass_on() {
        for (const Accepted &a : accepted_)
            if (a.offered->offerer && same_codec(a.offered->offerer->map, a.answer.map)) {
                rule(*a.offered->offerer, a, false);
                tell_offerer(*a.offered->offerer, a.answer);
            }
    }

    /// They share none: the first that both the answerer and the worker speak meets the first of the
    /// offerer's.
    void translate() {
        auto to = std::find_if(accepted_.begin(), accepted_.end(),
                               [&](const Accepted &a) { return speaks(spoken_, a.answer); });
        auto from = std::find_if(offered_.begin(), offered_.end(), [&](const CodecMatch &m) {
            return m.offerer && speaks(spoken_, *m.offerer);
        });
        if (to == accepted_.end() || from == offered_.end())
            return;
        rule(*from->offerer, *to, true);
        out_.to_offerer.push_back(*from->offerer);
        out_.to_offerer.back().feedback.clear(); // the worker acts on none
        for (const Accepted &a : accepted_)
            if (is_event(a.answer.map) && a.answer.map.clock_rate == to->answer.map.clock_rate &&
                a.offered->offerer)
                pass_event(a, from->offerer->map.clock_rate);
    }

    /// The offerer's events at the clock of its own audio, or whatever it has.
    void pass_event(const Accepted &a, std::uint32_t clock_rate) {
        const Format *best = &*a.offered->offerer;
        for (const CodecMatch &m : offered_)
            if (m.offerer && is_event(m.offerer->map) && m.offerer->map.clock_rate == clock_rate)
                best = &*m.offerer;
        rule(*best, a, false);
        tell_offerer(*best, a.answer);
    }

    std::vector<Accepted> accepted_;
    const std::vector<CodecMatch> &offered_;
    const Spoken &spoken_;
    CodecOutcome out_;
};

} // namespace

std::vector<CodecMatch> offer_codecs(const sdp::Media &section, const CodecContext &context,
                                     const CodecWishes &wishes, PayloadTypes &taken) {
    return Offer(section, context, wishes, taken).make_all();
}

CodecOutcome answer_codecs(const std::vector<CodecMatch> &offered, const sdp::Media &answer,
                           const Spoken &spoken) {
    return Outcome(accepted(offered, answer), offered, spoken).make();
}

} // namespace cord::engine::ng
