// What a codec of sound is here: payloads to sound and back, one object a direction and stream; and the list
// of all codecs.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "io/codec/pcm.hpp"
#include "io/codec/video.hpp"
#include "wire/rtp/codec_spec.hpp"

namespace cord::io::codec {

class Decoder {
  public:
    virtual ~Decoder() = default;
    [[nodiscard]] virtual PcmFormat format() const = 0;
    /// Appends the sound of one payload. After an error the decoder may be used on.
    [[nodiscard]] virtual base::Result<void> decode(base::Bytes payload, Pcm &out) = 0;
    /// Appends a guess at `frames` frames that were lost; `next` is the payload that follows them at once, if
    /// one does: some codecs repeat in it what came before.
    virtual void conceal(std::size_t frames, base::Bytes next, Pcm &out) = 0;
    /// The mode that the sender of the payloads last asked to be sent (AMR), nothing before it has.
    [[nodiscard]] virtual std::optional<std::uint8_t> mode_request() const { return {}; }
};

class Encoder {
  public:
    virtual ~Encoder() = default;
    [[nodiscard]] virtual PcmFormat format() const = 0;
    /// Frames in one payload.
    [[nodiscard]] virtual std::size_t payload_frames() const = 0;
    /// Appends the payload of exactly `payload_frames()` frames; nothing where the codec needs not be sent
    /// (DTX).
    [[nodiscard]] virtual base::Result<void> encode(PcmView pcm, std::vector<std::uint8_t> &out) = 0;
    /// So many payloads of a hundred do not arrive: a codec that can says some things twice.
    virtual void expect_loss(unsigned percent) {}
    /// The receiver wishes this mode (AMR).
    virtual void request_mode(std::uint8_t mode) {}
};

using wire::rtp::CodecSpec;

using DecoderMaker = base::Result<std::unique_ptr<Decoder>>(const CodecSpec &, PcmFormat wanted);
using EncoderMaker = base::Result<std::unique_ptr<Encoder>>(const CodecSpec &, PcmFormat source);

/// One line of `mediacodec list`, and how to make its objects.
struct Codec {
    const char *name;
    const char *kind;
    std::uint32_t clock_rate; // of RTP; 0: any
    std::uint8_t channels;    // in SDP; 0: any
    const char *library;      // "" for our own
    DecoderMaker *decoder;    // null without the library, or for what has no sound
    EncoderMaker *encoder;
    VideoDecoderMaker *video_decoder = nullptr;
    VideoEncoderMaker *video_encoder = nullptr;

    [[nodiscard]] bool decodes() const { return decoder || video_decoder; }
    [[nodiscard]] bool encodes() const { return encoder || video_encoder; }
    /// Whether the library was not there when this was built.
    [[nodiscard]] bool missing() const { return !decodes() && !encodes() && *library != 0; }
};

[[nodiscard]] std::span<const Codec> codecs();

/// What may be done with a program that has these codecs, in a line: libraries under the GPL decide.
[[nodiscard]] const char *licence();

/// The spec with clock rate and channels filled in, from `sound` where the codec takes any; an error for a
/// codec that is unknown or that has no such rate.
[[nodiscard]] base::Result<CodecSpec> completed(CodecSpec spec, std::optional<PcmFormat> sound = {});

/// All the sound that a stream of the codec, a completed spec, may hold.
[[nodiscard]] PcmFormat sound_of(const CodecSpec &spec);

/// Both open the codec as near to the sound on the other side as it can be: Opus at 8 kHz beside G.711. A
/// decoder without `wanted` keeps all that the stream may hold. The specs are completed ones.
[[nodiscard]] base::Result<std::unique_ptr<Decoder>> make_decoder(const CodecSpec &spec,
                                                                  std::optional<PcmFormat> wanted = {});
[[nodiscard]] base::Result<std::unique_ptr<Encoder>> make_encoder(const CodecSpec &spec, PcmFormat source);

[[nodiscard]] bool is_video(const CodecSpec &spec);
[[nodiscard]] base::Result<std::unique_ptr<VideoDecoder>> make_video_decoder(const CodecSpec &spec);
[[nodiscard]] base::Result<std::unique_ptr<VideoEncoder>> make_video_encoder(const CodecSpec &spec,
                                                                             const VideoFormat &wanted);
/// What the spec wishes by its `size` (WIDTHxHEIGHT) and `bitrate` (kbit/s); 0 for what it does not say.
[[nodiscard]] base::Result<VideoFormat> video_format(const CodecSpec &spec);

/// The payload type that a stream of ours gives the codec: RFC 3551's where there is one, else what browsers
/// use.
[[nodiscard]] std::uint8_t usual_payload_type(const CodecSpec &spec);

/// The milliseconds of sound in one payload, `ptime` or 20.
[[nodiscard]] base::Result<std::uint32_t> ptime_of(const CodecSpec &spec);

} // namespace cord::io::codec
