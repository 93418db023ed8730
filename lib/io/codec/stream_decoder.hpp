// From the packets of a source, in order, to sound: picks the codec by payload type, conceals what was lost,
// and keeps time where nothing was sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "io/codec/codec.hpp"
#include "io/codec/sequencer.hpp"
#include "wire/rtp/codec_spec.hpp"
#include "wire/rtp/sequence.hpp"

namespace cord::io::codec {

/// Takes what a StreamDecoder makes, in the order of its time.
class Listener {
  public:
    virtual ~Listener() = default;
    virtual void sound(PcmFormat format, PcmView pcm) = 0;
    /// `frames` of `format` in which nothing was sent, or too much was lost to be guessed.
    virtual void pause(PcmFormat format, std::size_t frames) = 0;
    /// A telephone-event packet; `timestamp` is its own one, unwrapped, and `heard` the one that the sound so
    /// far leads up to.
    virtual void event(const wire::rtp::Packet &packet, const CodecSpec &spec, std::int64_t timestamp,
                       std::int64_t heard) = 0;
    /// `packets` were lost where `concealed` frames were guessed: told before their sound.
    virtual void loss(std::uint32_t packets, PcmFormat format, std::size_t concealed) {}
};

class StreamDecoder {
  public:
    struct Counts {
        std::uint64_t decoded = 0;
        std::uint64_t damaged = 0; // no payload of their codec
        std::uint64_t other = 0;   // of payload types that nothing is known of
        std::uint64_t events = 0;
        std::uint64_t jumps = 0; // of the timestamp, too far to be a pause
        std::chrono::microseconds concealed{};
    };

    /// `codecs` are completed specs. With `wanted` the decoders are opened near that format.
    StreamDecoder(wire::rtp::PayloadMap codecs, std::optional<PcmFormat> wanted, Listener &listener)
        : codecs_(std::move(codecs)), wanted_(wanted), listener_(listener) {}

    /// Adds or replaces a codec, a completed spec.
    void know(std::uint8_t payload_type, CodecSpec spec) {
        codecs_.insert_or_assign(payload_type, std::move(spec));
    }
    void take(const InOrder &arrived);
    [[nodiscard]] const Counts &counts() const { return counts_; }
    /// As `Decoder::mode_request`.
    [[nodiscard]] std::optional<std::uint8_t> mode_request() const {
        return decoder_ ? decoder_->mode_request() : std::nullopt;
    }

  private:
    [[nodiscard]] bool open(std::uint8_t payload_type, const CodecSpec &spec);
    void take_sound(const wire::rtp::Packet &packet, std::int64_t timestamp);
    void fill_gap(std::int64_t gap, base::Bytes next);

    wire::rtp::PayloadMap codecs_;
    std::optional<PcmFormat> wanted_;
    Listener &listener_;
    std::optional<std::uint8_t> payload_type_; // of the open decoder
    std::uint32_t clock_rate_ = 0;
    std::unique_ptr<Decoder> decoder_;
    wire::rtp::TimestampUnwrapper timestamps_;
    std::optional<std::int64_t> expected_; // the timestamp that follows the last sound
    std::uint32_t lost_ = 0;               // packets since the last sound
    Pcm pcm_;
    Counts counts_;
};

} // namespace cord::io::codec
