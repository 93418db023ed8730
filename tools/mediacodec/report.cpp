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

Outcome<void> report(const StreamOptions &options, const RtpInput &input,
                     const io::codec::Sequencer::Counts &arrivals,
                     const io::codec::StreamDecoder::Counts &decoded) {
    if (auto done = report_input(options, input); !done)
        return done;
    if (decoded.decoded == 0)
        return failure(io::cli::bad_data, "nothing could be decoded");

    const auto concealed = std::chrono::duration_cast<std::chrono::milliseconds>(decoded.concealed).count();
    std::string trouble = counted({{arrivals.lost, "packets lost"},
                                   {static_cast<std::uint64_t>(concealed), "ms concealed"},
                                   {arrivals.reordered, "reordered"},
                                   {arrivals.late, "late or twice"},
                                   {arrivals.stray, "of another source"},
                                   {arrivals.wild, "numbered far from the others"},
                                   {decoded.damaged, "with a damaged payload"},
                                   {decoded.jumps, "jumps of the timestamp"},
                                   {input.counts().damaged, "neither RTP nor RTCP"}});
    if (!trouble.empty() || options.verbosity > 0)
        say(options,
            fmt::format("{} packets decoded{}{}", decoded.decoded, trouble.empty() ? "" : "; ", trouble));
    if (std::string more =
            counted({{arrivals.sources > 1 ? arrivals.sources : 0, "sources one after the other"},
                     {decoded.events, "telephone-event packets"},
                     {decoded.other, "packets of other payload types"},
                     {input.counts().rtcp, "RTCP"}});
        options.verbosity > 0 && !more.empty())
        say(options, more);
    return {};
}

} // namespace cord::mediacodec
