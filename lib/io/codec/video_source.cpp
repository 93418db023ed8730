#include "io/codec/video_source.hpp"

#include <algorithm>
#include <utility>

namespace cord::io::codec {

// A timestamp further ahead is a new beginning: nobody wants an hour of one picture for a wrong number.
static constexpr std::int64_t max_pause = std::int64_t{60} * video_clock;
static constexpr std::int64_t usual_step = video_clock / 30;

VideoSource::VideoSource(const wire::rtp::PayloadMap &codecs, FrameSink sink) : sink_(std::move(sink)) {
    for (const auto &[type, codec] : codecs)
        know(type, codec);
}

void VideoSource::know(std::uint8_t payload_type, const wire::rtp::CodecSpec &codec) {
    auto format = make_video_payload(codec);
    if (format && !formats_.contains(payload_type))
        formats_.emplace(payload_type, Format{codec, VideoAssembler(std::move(format))});
}

void VideoSource::take(const InOrder &arrived) {
    if (arrived.begins) {
        timestamps_ = {};
        begin_.reset();
        fresh_ = true;
    }
    auto found = formats_.find(arrived.packet.payload_type());
    if (found == formats_.end()) {
        ++other_;
        return;
    }
    if (current_ != &found->second)
        fresh_ = true;
    current_ = &found->second;
    current_->assembler.take(arrived, frames_);
    hand_on(*current_);
}

void VideoSource::finish() {
    if (!current_)
        return;
    current_->assembler.finish(frames_);
    hand_on(*current_);
}

void VideoSource::hand_on(const Format &format) {
    for (const VideoFrame &frame : frames_) {
        const std::int64_t timestamp = timestamps_.unwrap(frame.timestamp);
        if (!begin_ || timestamp - *begin_ - time_ > max_pause || time_ - (timestamp - *begin_) > max_pause)
            begin_ = timestamp - next_;
        time_ = std::max(timestamp - *begin_, time_);
        next_ = time_ + usual_step;
        sink_({format.codec, time_, frame.bytes, std::exchange(fresh_, false)});
    }
    frames_.clear();
}

VideoAssembler::Counts VideoSource::counts() const {
    VideoAssembler::Counts sum;
    for (const auto &[type, format] : formats_) {
        const VideoAssembler::Counts &one = format.assembler.counts();
        sum.frames += one.frames;
        sum.broken += one.broken;
        sum.packets += one.packets;
        sum.damaged += one.damaged;
    }
    return sum;
}

} // namespace cord::io::codec
