// RTP from a file or pipe, or Ogg Opus, IVF and H.264 as if they were RTP, and which codec each payload type
// stands for: by the command line, by the stream's `#!rtp` line, by RFC 3551.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "commands.hpp"
#include "files.hpp"
#include "io/codec/codec.hpp"
#include "io/codec/ogg_opus.hpp"
#include "io/codec/video_file.hpp"
#include "wire/rtp/stream.hpp"

namespace cord::mediacodec {

/// "CODEC" or "PT=CODEC".
struct NamedCodec {
    std::optional<std::uint8_t> payload_type;
    wire::rtp::CodecSpec spec;
};
[[nodiscard]] Outcome<NamedCodec> parse_codec(const std::string &text);
/// The RTP format that --format forces, if any.
[[nodiscard]] std::optional<wire::rtp::Format> forced_format(const StreamOptions &options);

class RtpInput {
  public:
    struct Counts {
        std::uint64_t packets = 0; // RTP
        std::uint64_t rtcp = 0;
        std::uint64_t damaged = 0; // neither
    };

    [[nodiscard]] static Outcome<RtpInput> open(const StreamOptions &options);
    /// Calls `each(packet)` for all RTP packets to the end of the stream, and `after_block()` where the input
    /// may pause.
    [[nodiscard]] Outcome<void> read(const std::function<Outcome<void>(const wire::rtp::Packet &)> &each,
                                     const std::function<Outcome<void>()> &after_block);

    /// What the payload type stands for, completed; nothing where nobody says, or where no codec here fits.
    [[nodiscard]] std::optional<wire::rtp::CodecSpec> codec_of(std::uint8_t payload_type);
    /// All that the command line and the stream name with a payload type.
    [[nodiscard]] const wire::rtp::PayloadMap &named() const { return named_; }
    [[nodiscard]] std::optional<wire::rtp::Format> format() const { return reader_.format(); }
    /// Ogg Opus, where the input is that.
    [[nodiscard]] const std::optional<io::codec::OggOpusReader> &ogg() const { return ogg_; }
    [[nodiscard]] const Counts &counts() const { return counts_; }
    /// What kept payload types from being decoded, each in words.
    [[nodiscard]] const std::set<std::string> &objections() const { return objections_; }
    /// Codecs of the command line that no payload type was found for.
    [[nodiscard]] const std::vector<NamedCodec> &unplaced() const { return codecs_; }
    /// Where the stream ended early or was damaged, in words.
    [[nodiscard]] const std::string &damage() const { return damage_; }

  private:
    using Each = std::function<Outcome<void>(const wire::rtp::Packet &)>;

    RtpInput(Input input, std::optional<wire::rtp::Format> forced, std::vector<NamedCodec> codecs)
        : input_(std::move(input)), reader_(forced), codecs_(std::move(codecs)), told_(forced.has_value()) {}
    void tell(base::Bytes beginning);
    [[nodiscard]] Outcome<bool> drain(const Each &each);
    [[nodiscard]] Outcome<bool> drain_ogg(const Each &each);
    [[nodiscard]] Outcome<bool> drain_video(const Each &each);
    void merge_names();

    Input input_;
    wire::rtp::StreamReader reader_;
    std::optional<io::codec::OggOpusReader> ogg_;
    std::unique_ptr<io::codec::VideoFileReader> video_;
    std::vector<NamedCodec> codecs_; // not yet given a payload type
    wire::rtp::PayloadMap named_;
    bool told_;                           // whether it is known what the input is
    std::vector<std::uint8_t> beginning_; // until then
    bool merged_ = false;
    std::set<std::string> objections_;
    std::string damage_;
    Counts counts_;
};

} // namespace cord::mediacodec
