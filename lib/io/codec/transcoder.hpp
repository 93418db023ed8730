// One source in, one source out, other codecs: reordering, loss and pauses handled, telephone events passed
// on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "io/codec/converter.hpp"
#include "io/codec/packetizer.hpp"
#include "io/codec/sequencer.hpp"
#include "io/codec/stream_decoder.hpp"

namespace cord::io::codec {

class Transcoder final : private Listener {
  public:
    /// The encoder is opened for the sound of the first audio codec of `from`. `to` names one audio codec,
    /// and telephone-event where events shall pass. The specs need not be completed ones.
    [[nodiscard]] static base::Result<std::unique_ptr<Transcoder>> make(wire::rtp::PayloadMap from,
                                                                        const wire::rtp::PayloadMap &to,
                                                                        const wire::rtp::StreamStart &start,
                                                                        std::size_t window, PacketSink sink);

    /// Adds a codec of packets to come, a completed spec.
    void know(std::uint8_t payload_type, CodecSpec spec) { decoder_.know(payload_type, std::move(spec)); }
    void push(const wire::rtp::Packet &packet);
    /// RTCP of who receives what is made: what it loses decides how much is said twice. Also what the
    /// transcoder of the other direction has in `take_request`.
    void report(base::Bytes compound);
    /// RTCP for the transcoder of the other direction: the sender has asked for another mode than before.
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> take_request();
    void finish();

    [[nodiscard]] const Sequencer::Counts &arrivals() const { return sequencer_.counts(); }
    [[nodiscard]] const StreamDecoder::Counts &decoded() const { return decoder_.counts(); }

  private:
    struct EventCodec {
        std::uint8_t payload_type = 0;
        std::uint32_t clock_rate = 0;
    };
    /// One telephone event, so that all its packets get the same timestamp.
    struct Event {
        std::int64_t from = 0;
        std::int64_t to = 0;
    };

    Transcoder(wire::rtp::PayloadMap from, PcmFormat wanted, std::size_t window, Packetizer packetizer,
               std::optional<EventCodec> events);
    void drain();
    void sound(PcmFormat format, PcmView pcm) override;
    void pause(PcmFormat format, std::size_t frames) override;
    void event(const wire::rtp::Packet &packet, const CodecSpec &spec, std::int64_t timestamp,
               std::int64_t heard) override;

    Sequencer sequencer_;
    StreamDecoder decoder_;
    Packetizer packetizer_;
    std::optional<EventCodec> events_;
    std::optional<Event> event_;
    std::optional<Converter> converter_;
    Pcm converted_;
    unsigned loss_percent_ = 0; // as reported, falling slowly
    std::optional<std::uint8_t> requested_;
};

} // namespace cord::io::codec
