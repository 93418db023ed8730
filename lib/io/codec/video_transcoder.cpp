#include "io/codec/video_transcoder.hpp"

#include <algorithm>
#include <utility>

namespace cord::io::codec {

base::Result<std::unique_ptr<VideoTranscoder>> VideoTranscoder::make(const wire::rtp::PayloadMap &from,
                                                                     std::pair<std::uint8_t, CodecSpec> to,
                                                                     const wire::rtp::StreamStart &start,
                                                                     std::size_t window, PacketSink sink) {
    auto wanted = video_format(to.second);
    if (!wanted)
        return tl::unexpected(wanted.error());
    const bool same = std::all_of(from.begin(), from.end(),
                                  [&to](const auto &entry) { return entry.second.name == to.second.name; });
    if (!make_video_payload(to.second))
        return base::fail("no video codec");
    // Whether it can be encoded shows now, not when the first picture has come.
    if (!same || wanted->width != 0 || wanted->kbit_s != 0)
        if (auto encoder = make_video_encoder(to.second, {176, 144, 0}); !encoder)
            return tl::unexpected(encoder.error());
    return std::unique_ptr<VideoTranscoder>(
        new VideoTranscoder(from, to.first, std::move(to.second), *wanted, start, window, std::move(sink)));
}

VideoTranscoder::VideoTranscoder(const wire::rtp::PayloadMap &from, std::uint8_t payload_type, CodecSpec to,
                                 VideoFormat wanted, const wire::rtp::StreamStart &start, std::size_t window,
                                 PacketSink sink)
    : to_(std::move(to)), wanted_(wanted), sequencer_(window),
      source_(from, [this](const VideoSource::Frame &frame) { take(frame); }),
      packetizer_(make_video_payload(to_), payload_type, start, std::move(sink)) {}

void VideoTranscoder::push(const wire::rtp::Packet &packet) {
    sequencer_.push(packet);
    drain();
}

void VideoTranscoder::finish() {
    sequencer_.finish();
    drain();
    source_.finish();
}

void VideoTranscoder::drain() {
    while (auto arrived = sequencer_.pop())
        source_.take(*arrived);
}

void VideoTranscoder::take(const VideoSource::Frame &frame) {
    if (frame.codec.name == to_.name && wanted_.width == 0 && wanted_.kbit_s == 0) {
        ++counts_.pictures;
        return packetizer_.frame(frame.bytes, frame.time);
    }
    if (frame.fresh)
        decoder_.reset();
    if (!decoder_) {
        auto decoder = make_video_decoder(frame.codec);
        if (!decoder)
            return static_cast<void>(++counts_.damaged);
        decoder_ = std::move(*decoder);
    }
    pictures_.clear();
    if (!decoder_->decode(frame.bytes, pictures_))
        ++counts_.damaged;
    for (const Picture &picture : pictures_) {
        ++counts_.pictures;
        encode(picture, frame.time);
    }
}

void VideoTranscoder::encode(const Picture &picture, std::int64_t time) {
    const std::pair size(picture.width, picture.height);
    if (opened_for_ != size) {
        opened_for_ = size;
        const VideoFormat wanted{wanted_.width != 0 ? wanted_.width : picture.width,
                                 wanted_.height != 0 ? wanted_.height : picture.height, wanted_.kbit_s};
        auto encoder = make_video_encoder(to_, wanted);
        encoder_ = encoder ? std::move(*encoder) : nullptr;
    }
    if (!encoder_)
        return static_cast<void>(++counts_.damaged);
    const VideoFormat &made = encoder_->format();
    const bool fits = picture.width == made.width && picture.height == made.height;
    frame_.clear();
    if (encoder_->encode(fits ? picture : scaled(picture, made.width, made.height), time,
                         std::exchange(key_, false), frame_) &&
        !frame_.empty())
        packetizer_.frame(frame_, time);
}

} // namespace cord::io::codec
