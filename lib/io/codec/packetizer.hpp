// From sound to the RTP packets of one source: payloads of equal length, numbers without holes.
#pragma once

#include <functional>
#include <memory>

#include "io/codec/codec.hpp"
#include "wire/rtp/sequence.hpp"

namespace cord::io::codec {

/// Takes each packet as it is made; the bytes are valid during the call.
using PacketSink = std::function<void(base::Bytes rtp)>;

class Packetizer {
  public:
    Packetizer(std::unique_ptr<Encoder> encoder, std::uint8_t payload_type, std::uint32_t clock_rate,
               const wire::rtp::StreamStart &start, PacketSink sink);

    [[nodiscard]] PcmFormat format() const { return encoder_->format(); }
    /// Sound of `format()`.
    void sound(PcmView pcm);
    /// Nothing is sent for `frames`: what waits goes out, filled up with silence.
    void pause(std::size_t frames);
    /// A packet of another kind in the same source, such as a telephone event; `timestamp` is the unwrapped
    /// one of ours.
    void other(std::uint8_t payload_type, bool marker, std::int64_t timestamp, base::Bytes payload);
    /// So many packets of a hundred do not reach the receiver.
    void expect_loss(unsigned percent) { encoder_->expect_loss(percent); }
    void request_mode(std::uint8_t mode) { encoder_->request_mode(mode); }
    /// The end: what waits goes out.
    void finish();
    /// The timestamp of the next frame of sound.
    [[nodiscard]] std::int64_t timestamp() const { return to_clock(position_ + waiting_frames()); }

  private:
    [[nodiscard]] std::int64_t waiting_frames() const {
        return static_cast<std::int64_t>(waiting_.size() / encoder_->format().channels);
    }
    [[nodiscard]] std::int64_t to_clock(std::int64_t frames) const;
    void send_payload(PcmView pcm);
    void send(std::uint8_t payload_type, bool marker, std::int64_t timestamp, base::Bytes payload);

    std::unique_ptr<Encoder> encoder_;
    std::uint8_t payload_type_;
    std::uint32_t clock_rate_;
    wire::rtp::StreamStart start_;
    PacketSink sink_;
    Pcm waiting_;               // less than a payload
    std::int64_t position_ = 0; // frames before `waiting_`
    bool talking_ = false;
    std::vector<std::uint8_t> payload_;
    std::vector<std::uint8_t> packet_;
};

} // namespace cord::io::codec
