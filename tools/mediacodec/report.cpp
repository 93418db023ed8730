#include "report.hpp"

#include <fmt/format.h>

#include "io/cli/say.hpp"

namespace cord::mediacodec {

void say(const StreamOptions &options, const std::string &words) {
    if (options.verbosity >= 0)
        io::cli::say("mediacodec", words);
}

/// "3 packets lost, 1 late": the counts that are not zero.
static std::string counted(std::initializer_list<std::pair<std::uint64_t, const char *>> counts) {
    std::string out;
    for (auto [count, what] : counts)
        if (count > 0)
            out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, what);
    return out;
}

Outcome<void> report_input(const StreamOptions &options, const RtpInput &input) {
    if (!input.damage().empty())
        say(options, input.damage());
    for (const std::string &objection : input.objections())
        say(options, objection);
    if (input.counts().packets == 0) // which is why no codec has found its payload type
        return failure(io::cli::bad_data, "no RTP in the input");
    for (const NamedCodec &codec : input.unplaced())
        say(options, fmt::format("{} stands for no payload type of this stream (PT=CODEC names one)",
                                 codec.spec.text()));
    return {};
}

/// What happened on the way, of which words are due on any stream.
static std::string troubles(const RtpInput &input, const io::codec::Sequencer::Counts &arrivals,
                            std::uint64_t concealed_ms) {
    return counted({{arrivals.lost, "packets lost"},
                    {concealed_ms, "ms concealed"},
                    {arrivals.reordered, "reordered"},
                    {arrivals.late, "late or twice"},
                    {arrivals.stray, "of another source"},
                    {arrivals.wild, "numbered far from the others"},
                    {input.counts().damaged, "neither RTP nor RTCP"}});
}

/// "9 packets decoded; 3 packets lost, 1 with a damaged payload".
static void say_decoded(const StreamOptions &options, const std::string &decoded,
                        std::initializer_list<std::string> troubles) {
    std::string trouble;
    for (const std::string &some : troubles)
        if (!some.empty())
            trouble += (trouble.empty() ? "; " : ", ") + some;
    if (!trouble.empty() || options.verbosity > 0)
        say(options, decoded + trouble);
}

static void say_more(const StreamOptions &options, const RtpInput &input,
                     const io::codec::Sequencer::Counts &arrivals, std::uint64_t events,
                     std::uint64_t other) {
    if (std::string more =
            counted({{arrivals.sources > 1 ? arrivals.sources : 0, "sources one after the other"},
                     {events, "telephone-event packets"},
                     {other, "packets of other payload types"},
                     {input.counts().rtcp, "RTCP"}});
        options.verbosity > 0 && !more.empty())
        say(options, more);
}

Outcome<void> report(const StreamOptions &options, const RtpInput &input,
                     const io::codec::Sequencer::Counts &arrivals,
                     const io::codec::StreamDecoder::Counts &decoded) {
    if (auto done = report_input(options, input); !done)
        return done;
    if (decoded.decoded == 0)
        return failure(io::cli::bad_data, "nothing could be decoded");
    const auto concealed = std::chrono::duration_cast<std::chrono::milliseconds>(decoded.concealed).count();
    say_decoded(
        options, fmt::format("{} packets decoded", decoded.decoded),
        {troubles(input, arrivals, static_cast<std::uint64_t>(concealed)),
         counted({{decoded.damaged, "with a damaged payload"}, {decoded.jumps, "jumps of the timestamp"}})});
    say_more(options, input, arrivals, decoded.events, decoded.other);
    return {};
}

Outcome<void> report(const StreamOptions &options, const RtpInput &input,
                     const io::codec::Sequencer::Counts &arrivals, const io::codec::VideoSource &source,
                     const io::codec::VideoTranscoder::Counts &decoded) {
    if (auto done = report_input(options, input); !done)
        return done;
    const io::codec::VideoAssembler::Counts frames = source.counts();
    if (decoded.pictures == 0)
        return failure(io::cli::bad_data, "nothing could be decoded");
    say_decoded(options, fmt::format("{} pictures of {} packets", decoded.pictures, frames.packets),
                {troubles(input, arrivals, 0), counted({{frames.broken, "pictures left out"},
                                                        {frames.damaged, "packets with a damaged payload"},
                                                        {decoded.damaged, "damaged pictures"}})});
    say_more(options, input, arrivals, 0, source.other());
    return {};
}

} // namespace cord::mediacodec
