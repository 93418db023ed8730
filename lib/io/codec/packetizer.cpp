#include "io/codec/packetizer.hpp"

#include <algorithm>

#include "wire/rtp/packet.hpp"

namespace cord::io::codec {

Packetizer::Packetizer(std::unique_ptr<Encoder> encoder, std::uint8_t payload_type, std::uint32_t clock_rate,
                       const wire::rtp::StreamStart &start, PacketSink sink)
    : encoder_(std::move(encoder)), payload_type_(payload_type), clock_rate_(clock_rate), start_(start),
      sink_(std::move(sink)) {}

std::int64_t Packetizer::to_clock(std::int64_t frames) const {
    return std::int64_t{start_.timestamp} + frames * clock_rate_ / encoder_->format().rate;
}

void Packetizer::sound(PcmView pcm) {
    const std::size_t whole = encoder_->payload_frames() * encoder_->format().channels;
    if (!waiting_.empty()) {
        const std::size_t some = std::min(whole - waiting_.size(), pcm.size());
        waiting_.insert(waiting_.end(), pcm.begin(), pcm.begin() + static_cast<std::ptrdiff_t>(some));
        pcm = pcm.subspan(some);
        if (waiting_.size() < whole)
            return;
        send_payload(waiting_);
        waiting_.clear();
    }
    for (; pcm.size() >= whole; pcm = pcm.subspan(whole))
        send_payload(pcm.first(whole));
    waiting_.assign(pcm.begin(), pcm.end());
}

void Packetizer::pause(std::size_t frames) {
    const std::size_t whole = encoder_->payload_frames();
    if (!waiting_.empty()) {
        const std::size_t filled = std::min(frames, whole - static_cast<std::size_t>(waiting_frames()));
        sound(Pcm(filled * encoder_->format().channels));
        frames -= filled;
    }
    position_ += static_cast<std::int64_t>(frames);
    talking_ = talking_ && frames == 0;
}

void Packetizer::finish() {
    if (!waiting_.empty())
        pause(encoder_->payload_frames() - static_cast<std::size_t>(waiting_frames()));
}

void Packetizer::other(std::uint8_t payload_type, bool marker, std::int64_t timestamp, base::Bytes payload) {
    send(payload_type, marker, timestamp, payload);
}

void Packetizer::send_payload(PcmView pcm) {
    payload_.clear();
    const bool done = encoder_->encode(pcm, payload_).has_value();
    const std::int64_t timestamp = to_clock(position_);
    position_ += static_cast<std::int64_t>(encoder_->payload_frames());
    if (!done || payload_.empty()) {
        talking_ = false;
        return;
    }
    // RFC 3551 section 4.1: "The first packet of a talkspurt … after a silence period … SHOULD be
    // distinguished by setting the marker bit".
    send(payload_type_, !talking_, timestamp, payload_);
    talking_ = true;
}

void Packetizer::send(std::uint8_t payload_type, bool marker, std::int64_t timestamp, base::Bytes payload) {
    packet_.clear();
    wire::rtp::append_header(packet_, {payload_type, marker, start_.sequence++,
                                       static_cast<std::uint32_t>(timestamp), start_.ssrc});
    packet_.insert(packet_.end(), payload.begin(), payload.end());
    sink_(packet_);
}

} // namespace cord::io::codec
