#include "io/codec/transcoder.hpp"

#include <algorithm>
#include <array>

#include "wire/rtp/amr.hpp"
#include "wire/rtp/rtcp.hpp"
#include "wire/rtp/telephone_event.hpp"

namespace cord::io::codec {

namespace {

base::Result<void> complete(wire::rtp::PayloadMap &map) {
    for (auto &[type, spec] : map) {
        auto done = completed(std::move(spec));
        if (!done)
            return tl::unexpected(done.error());
        spec = std::move(*done);
    }
    return {};
}

bool is_event(const wire::rtp::PayloadMap::value_type &entry) {
    return entry.second.name == "telephone-event";
}

} // namespace

base::Result<std::unique_ptr<Transcoder>> Transcoder::make(wire::rtp::PayloadMap from,
                                                           const wire::rtp::PayloadMap &to,
                                                           const wire::rtp::StreamStart &start,
                                                           std::size_t window, PacketSink sink) {
    if (auto done = complete(from); !done)
        return tl::unexpected(done.error());
    auto first = std::find_if_not(from.begin(), from.end(), is_event);
    if (first == from.end())
        return base::fail("no audio codec to transcode from");
    auto audio = std::find_if_not(to.begin(), to.end(), is_event);
    if (audio == to.end())
        return base::fail("no audio codec to transcode to");
    auto heard = make_decoder(first->second);
    if (!heard)
        return tl::unexpected(heard.error());
    auto spec = completed(audio->second, (*heard)->format());
    auto encoder = spec ? make_encoder(*spec, (*heard)->format())
                        : base::Result<std::unique_ptr<Encoder>>(tl::unexpected(spec.error()));
    if (!encoder)
        return tl::unexpected(encoder.error());

    std::optional<EventCodec> events;
    if (auto found = std::find_if(to.begin(), to.end(), is_event); found != to.end())
        events = EventCodec{found->first, found->second.clock_rate != 0 ? found->second.clock_rate : 8000};
    const PcmFormat wanted = (*encoder)->format();
    Packetizer packetizer(std::move(*encoder), audio->first, spec->clock_rate, start, std::move(sink));
    return std::unique_ptr<Transcoder>(
        new Transcoder(std::move(from), wanted, window, std::move(packetizer), events));
}

Transcoder::Transcoder(wire::rtp::PayloadMap from, PcmFormat wanted, std::size_t window,
                       Packetizer packetizer, std::optional<EventCodec> events)
    : sequencer_(window), decoder_(std::move(from), wanted, *this), packetizer_(std::move(packetizer)),
      events_(events) {}

void Transcoder::push(const wire::rtp::Packet &packet) {
    sequencer_.push(packet);
    drain();
}

void Transcoder::report(base::Bytes compound) {
    auto parts = wire::rtp::RtcpCompound::parse(compound);
    if (!parts)
        return;
    for (const wire::rtp::RtcpPart &part : *parts) {
        if (auto mode = wire::rtp::mode_request(part))
            packetizer_.request_mode(*mode);
        for (const wire::rtp::ReportBlock &block : wire::rtp::report_blocks(part)) {
            // RFC 3550 section 6.4.1: "fraction lost", of 256. What was lost once is likely to be again.
            const unsigned lost = (block.fraction_lost * 100u + 255) / 256;
            loss_percent_ = std::max(lost, loss_percent_ / 2);
            packetizer_.expect_loss(loss_percent_);
        }
    }
}

std::optional<std::vector<std::uint8_t>> Transcoder::take_request() {
    const auto wished = decoder_.mode_request();
    if (!wished || wished == requested_)
        return {};
    requested_ = wished;
    std::vector<std::uint8_t> out;
    wire::rtp::append_mode_request(out, *wished);
    return out;
}

void Transcoder::finish() {
    sequencer_.finish();
    drain();
    if (converter_) {
        converted_.clear();
        converter_->finish(converted_);
        packetizer_.sound(converted_);
    }
    packetizer_.finish();
}

void Transcoder::drain() {
    while (auto arrived = sequencer_.pop()) {
        if (arrived->begins)
            event_.reset();
        decoder_.take(*arrived);
    }
}

void Transcoder::sound(PcmFormat format, PcmView pcm) {
    if (format == packetizer_.format())
        return packetizer_.sound(pcm);
    if (!converter_ || converter_->from() != format)
        converter_.emplace(format, packetizer_.format());
    converted_.clear();
    converter_->convert(pcm, converted_);
    packetizer_.sound(converted_);
}

void Transcoder::pause(PcmFormat format, std::size_t frames) {
    packetizer_.pause(frames * packetizer_.format().rate / format.rate);
}

void Transcoder::event(const wire::rtp::Packet &packet, const CodecSpec &spec, std::int64_t timestamp,
                       std::int64_t heard) {
    auto event = wire::rtp::TelephoneEvent::parse(packet.payload());
    if (!events_ || !event)
        return;
    // RFC 4733 section 2.5.1.2: all packets of an event carry the timestamp of its beginning.
    if (!event_ || event_->from != timestamp)
        event_ = {timestamp,
                  packetizer_.timestamp() + (timestamp - heard) * events_->clock_rate / spec.clock_rate};
    event->duration = static_cast<std::uint16_t>(std::min<std::uint64_t>(
        std::uint64_t{event->duration} * events_->clock_rate / spec.clock_rate, 0xffff));
    packetizer_.other(events_->payload_type, packet.marker(), event_->to, event->bytes());
}

} // namespace cord::io::codec
