#include "io/codec/video_packets.hpp"

#include <algorithm>
#include <utility>

namespace cord::io::codec {

// A raw picture of 4096 by 2160 has 13 MB; a frame that is longer is none.
static constexpr std::size_t max_frame = 16u << 20;
static constexpr std::size_t max_datagram = 65'000;

void VideoPacketizer::frame(base::Bytes frame, std::int64_t time) {
    const auto timestamp = static_cast<std::uint32_t>(start_.timestamp + static_cast<std::uint64_t>(time));
    payloads_.clear();
    format_->pack(frame, payloads_);
    // What no datagram holds cannot be sent, and not every format cuts everywhere.
    if (std::ranges::any_of(payloads_, [](const auto &payload) { return payload.size() > max_datagram; }))
        return;
    for (std::size_t n = 0; n < payloads_.size(); ++n) {
        packet_.clear();
        // The marker is on "the very last packet" of a frame (RFC 7741 section 4.1), of an access unit (RFC
        // 6184 section 5.1), of a picture (RFC 4629 section 4).
        wire::rtp::append_header(
            packet_, {payload_type_, n + 1 == payloads_.size(), start_.sequence++, timestamp, start_.ssrc});
        packet_.insert(packet_.end(), payloads_[n].begin(), payloads_[n].end());
        sink_(packet_);
    }
}

void VideoAssembler::take(const InOrder &arrived, std::vector<VideoFrame> &out) {
    const wire::rtp::Packet &packet = arrived.packet;
    const std::uint32_t timestamp = packet.timestamp();
    if (current_ && (arrived.begins || arrived.lost > 0))
        drop(current_->timestamp);
    if (arrived.begins)
        dropped_.reset();
    // A sender that sets no marker: the next frame ends the one before.
    if (current_ && current_->timestamp != timestamp)
        complete(out);
    if (packet.payload().empty()) // to keep a path open, or to probe it
        return;
    if (!current_) {
        if (dropped_ == timestamp || !format_->can_begin(packet.payload()))
            return drop(timestamp);
        current_ = VideoFrame{timestamp, {}};
    }
    if (!format_->unpack(packet.payload(), current_->bytes)) {
        ++counts_.damaged;
        return drop(timestamp);
    }
    if (current_->bytes.size() > max_frame)
        return drop(timestamp);
    ++waiting_;
    if (packet.marker())
        complete(out);
}

void VideoAssembler::finish(std::vector<VideoFrame> &out) {
    if (current_)
        complete(out);
}

void VideoAssembler::complete(std::vector<VideoFrame> &out) {
    counts_.packets += std::exchange(waiting_, 0);
    VideoFrame frame = *std::exchange(current_, {});
    if (frame.bytes.empty()) // all that came is reserved for later
        return;
    ++counts_.frames;
    out.push_back(std::move(frame));
}

void VideoAssembler::drop(std::uint32_t timestamp) {
    counts_.broken += dropped_ != timestamp ? 1 : 0;
    dropped_ = timestamp;
    current_.reset();
    waiting_ = 0;
}

} // namespace cord::io::codec
