#include "io/codec/stream_decoder.hpp"

#include <algorithm>

namespace cord::io::codec {

// What is guessed for a loss at most; the rest of a longer one is a pause.
static constexpr std::uint32_t max_concealed_ms = 120;
// A timestamp further ahead is a new beginning: nobody wants an hour of silence for a wrong number.
static constexpr std::int64_t max_pause_s = 60;

void StreamDecoder::take(const InOrder &arrived) {
    if (arrived.begins) {
        decoder_.reset();
        payload_type_.reset();
        expected_.reset();
        timestamps_ = {};
        lost_ = 0;
    }
    lost_ += arrived.lost;
    const wire::rtp::Packet &packet = arrived.packet;
    const std::int64_t timestamp = timestamps_.unwrap(packet.timestamp());
    auto codec = codecs_.find(packet.payload_type());
    if (codec == codecs_.end()) {
        ++counts_.other;
    } else if (codec->second.name == "telephone-event") {
        ++counts_.events;
        listener_.event(packet, codec->second, timestamp, expected_.value_or(timestamp));
    } else if (payload_type_ == packet.payload_type() || open(packet.payload_type(), codec->second)) {
        take_sound(packet, timestamp);
    } else {
        ++counts_.other;
    }
}

bool StreamDecoder::open(std::uint8_t payload_type, const CodecSpec &spec) {
    auto decoder = make_decoder(spec, wanted_);
    if (!decoder)
        return false;
    decoder_ = std::move(*decoder);
    payload_type_ = payload_type;
    // At another clock rate the old timestamps say nothing about the new ones.
    if (clock_rate_ != spec.clock_rate)
        expected_.reset();
    clock_rate_ = spec.clock_rate;
    return true;
}

void StreamDecoder::take_sound(const wire::rtp::Packet &packet, std::int64_t timestamp) {
    if (expected_ && timestamp > *expected_)
        fill_gap(timestamp - *expected_, packet.payload());
    lost_ = 0;
    pcm_.clear();
    if (!decoder_->decode(packet.payload(), pcm_)) {
        ++counts_.damaged;
        lost_ = 1; // its time is filled like a lost one's, when the next packet tells how long it was
        expected_ = expected_ ? std::max(*expected_, timestamp) : timestamp;
        return;
    }
    ++counts_.decoded;
    const PcmFormat format = decoder_->format();
    const auto frames = static_cast<std::int64_t>(pcm_.size() / format.channels);
    expected_ = timestamp + frames * clock_rate_ / format.rate;
    listener_.sound(format, pcm_);
}

/// `gap` is in units of the RTP clock.
void StreamDecoder::fill_gap(std::int64_t gap, base::Bytes next) {
    if (gap > max_pause_s * clock_rate_) {
        ++counts_.jumps;
        return;
    }
    const PcmFormat format = decoder_->format();
    std::size_t frames = static_cast<std::size_t>(gap) * format.rate / clock_rate_;
    // Without a missing sequence number the sender was silent on purpose.
    if (lost_ > 0) {
        const std::size_t guessed =
            std::min<std::size_t>(frames, std::size_t{format.rate} * max_concealed_ms / 1000);
        pcm_.clear();
        decoder_->conceal(guessed, guessed == frames ? next : base::Bytes{}, pcm_);
        counts_.concealed += std::chrono::microseconds(guessed * 1'000'000 / format.rate);
        listener_.loss(lost_, format, guessed);
        listener_.sound(format, pcm_);
        frames -= guessed;
    }
    if (frames > 0)
        listener_.pause(format, frames);
}

} // namespace cord::io::codec
