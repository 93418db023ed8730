// H.264 and H.263 by libavcodec, set up as a call wants them: no delay, one thread, no pictures that build on
// later ones.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "io/codec/video_libraries.hpp"
#include "io/codec/video_payload.hpp"

namespace cord::io::codec {

namespace {

struct Free {
    void operator()(AVCodecContext *context) const { avcodec_free_context(&context); }
    void operator()(AVFrame *frame) const { av_frame_free(&frame); }
    void operator()(AVPacket *packet) const { av_packet_free(&packet); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// What all contexts have in common; null without memory.
Owned<AVCodecContext> make_context(const AVCodec *codec) {
    av_log_set_level(AV_LOG_QUIET); // strangers decide what there would be to say
    Owned<AVCodecContext> context(avcodec_alloc_context3(codec));
    if (context) {
        context->thread_count = 1; // a sandbox has no more
        context->max_pixels = std::int64_t{max_side} * max_side;
    }
    return context;
}

class LibavDecoder final : public VideoDecoder {
  public:
    base::Result<void> open(AVCodecID id) {
        const AVCodec *codec = avcodec_find_decoder(id);
        context_ = codec ? make_context(codec) : nullptr;
        if (context_)
            context_->flags |= AV_CODEC_FLAG_LOW_DELAY;
        if (!context_ || !packet_ || !frame_ || avcodec_open2(context_.get(), codec, nullptr) < 0)
            return base::fail("libavcodec has no decoder of this codec");
        return {};
    }

    base::Result<void> decode(base::Bytes frame, std::vector<Picture> &out) override {
        // The library reads some octets beyond the end.
        padded_.assign(frame.begin(), frame.end());
        padded_.resize(frame.size() + AV_INPUT_BUFFER_PADDING_SIZE);
        packet_->data = padded_.data();
        packet_->size = static_cast<int>(frame.size());
        const int sent = avcodec_send_packet(context_.get(), packet_.get());
        while (avcodec_receive_frame(context_.get(), frame_.get()) >= 0)
            if (auto done = take(out); !done)
                return done;
        if (sent < 0)
            return base::fail("no frame of this codec, or the one it builds on is missing");
        return {};
    }

  private:
    base::Result<void> take(std::vector<Picture> &out) {
        if (frame_->format != AV_PIX_FMT_YUV420P && frame_->format != AV_PIX_FMT_YUVJ420P)
            return base::fail("the colour of the pictures is not 4:2:0 of 8 bits");
        Picture &picture = out.emplace_back(static_cast<std::uint32_t>(frame_->width),
                                            static_cast<std::uint32_t>(frame_->height));
        for (std::size_t n = 0; n < picture.planes.size(); ++n)
            copy_plane(frame_->data[n], frame_->linesize[n], picture, n);
        return {};
    }

    Owned<AVCodecContext> context_;
    Owned<AVPacket> packet_{av_packet_alloc()};
    Owned<AVFrame> frame_{av_frame_alloc()};
    std::vector<std::uint8_t> padded_;
};

/// What an encoder of the library is opened with.
struct Settings {
    const AVCodec *codec;
    AVRational time_base;
    std::vector<std::pair<const char *, std::string>> options; // of its own
};

class LibavEncoder final : public VideoEncoder {
  public:
    base::Result<void> open(const Settings &settings, const VideoFormat &format) {
        format_ = format;
        context_ = make_context(settings.codec);
        if (!context_ || !packet_ || !frame_)
            return base::fail("no memory for an encoder");
        context_->width = static_cast<int>(format.width);
        context_->height = static_cast<int>(format.height);
        context_->pix_fmt = AV_PIX_FMT_YUV420P;
        context_->time_base = settings.time_base;
        context_->framerate = {30, 1};
        context_->gop_size = 300;
        context_->max_b_frames = 0;
        context_->bit_rate = std::int64_t{1000} * format.kbit_s;
        context_->rc_max_rate = context_->bit_rate;
        context_->rc_buffer_size = static_cast<int>(context_->bit_rate); // a second
        AVDictionary *options = nullptr;
        for (const auto &[name, value] : settings.options)
            av_dict_set(&options, name, value.c_str(), 0);
        const int opened = avcodec_open2(context_.get(), settings.codec, &options);
        av_dict_free(&options);
        if (opened < 0)
            return base::fail("libavcodec refuses pictures of this size or rate");
        frame_->format = context_->pix_fmt;
        frame_->width = context_->width;
        frame_->height = context_->height;
        return {};
    }

    const VideoFormat &format() const override { return format_; }

    base::Result<void> encode(const Picture &picture, std::int64_t time, bool key,
                              std::vector<std::uint8_t> &out) override {
        if (av_frame_get_buffer(frame_.get(), 0) < 0)
            return base::fail("no memory for a picture");
        for (std::size_t n = 0; n < picture.planes.size(); ++n) {
            const auto width = static_cast<int>(picture.plane_width(n));
            av_image_copy_plane(frame_->data[n], frame_->linesize[n], picture.planes[n].data(), width, width,
                                static_cast<int>(picture.plane_height(n)));
        }
        // Its clock may be slower than ours, and has to go on.
        const AVRational clock{1, static_cast<int>(video_clock)};
        last_ = std::max(av_rescale_q(time, clock, context_->time_base), last_ + 1);
        frame_->pts = last_;
        frame_->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
        const int sent = avcodec_send_frame(context_.get(), frame_.get());
        for (AVBufferRef *&buffer : frame_->buf)
            av_buffer_unref(&buffer);
        if (sent < 0)
            return base::fail("libavcodec could not encode a picture");
        while (avcodec_receive_packet(context_.get(), packet_.get()) >= 0) {
            out.insert(out.end(), packet_->data, packet_->data + packet_->size);
            av_packet_unref(packet_.get());
        }
        return {};
    }

  private:
    Owned<AVCodecContext> context_;
    Owned<AVPacket> packet_{av_packet_alloc()};
    Owned<AVFrame> frame_{av_frame_alloc()};
    VideoFormat format_;
    std::int64_t last_ = -1;
};

base::Result<std::unique_ptr<VideoDecoder>> decoder_of(AVCodecID id) {
    auto decoder = std::make_unique<LibavDecoder>();
    if (auto done = decoder->open(id); !done)
        return tl::unexpected(done.error());
    return std::unique_ptr<VideoDecoder>(std::move(decoder));
}

base::Result<std::unique_ptr<VideoEncoder>> encoder_of(const Settings &settings, const VideoFormat &format) {
    auto encoder = std::make_unique<LibavEncoder>();
    if (!settings.codec)
        return base::fail("libavcodec has no encoder of this codec");
    if (auto done = encoder->open(settings, format); !done)
        return tl::unexpected(done.error());
    return std::unique_ptr<VideoEncoder>(std::move(encoder));
}

/// `bits` of a thousand for each pixel of 30 pictures a second look well.
std::uint32_t usual_kbit_s(const VideoFormat &format, std::uint32_t bits) {
    return std::clamp<std::uint32_t>(format.width * format.height / 1000 * 30 * bits / 1000, 64, 8000);
}

} // namespace

base::Result<std::unique_ptr<VideoDecoder>> make_h264_decoder(const wire::rtp::CodecSpec &) {
    return decoder_of(AV_CODEC_ID_H264);
}

base::Result<std::unique_ptr<VideoEncoder>> make_h264_encoder(const wire::rtp::CodecSpec &,
                                                              const VideoFormat &wanted) {
    VideoFormat format = wanted;
    if (format.kbit_s == 0)
        format.kbit_s = usual_kbit_s(format, 100);
    // Slices that fit into a packet, so that one that is lost takes no more with it and single NAL unit mode
    // needs no fragments; the baseline profile, which every phone knows.
    return encoder_of({avcodec_find_encoder_by_name("libx264"),
                       {1, video_clock},
                       {{"preset", "superfast"},
                        {"tune", "zerolatency"},
                        {"profile", "baseline"},
                        {"forced-idr", "1"},
                        {"x264-params", fmt::format("slice-max-size={}:threads=1:sliced-threads=0",
                                                    VideoPayload::max_payload)}}},
                      format);
}

/// H.263 section 4.1 knows five sizes: the one whose number of pixels is nearest by ratio.
static VideoFormat h263_format(const VideoFormat &wanted) {
    constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 5> sizes{
        {{128, 96}, {176, 144}, {352, 288}, {704, 576}, {1408, 1152}}};
    const double pixels = static_cast<double>(wanted.width) * wanted.height;
    auto ratio = [pixels](const auto &size) {
        const double quotient = pixels / (size.first * size.second);
        return std::max(quotient, 1 / quotient);
    };
    const auto best = std::ranges::min_element(sizes, {}, ratio);
    VideoFormat out{best->first, best->second, wanted.kbit_s};
    if (out.kbit_s == 0)
        out.kbit_s = usual_kbit_s(out, 150);
    return out;
}

// The decoder of H.263 understands what was added to it later as well.
base::Result<std::unique_ptr<VideoDecoder>> make_h263_decoder(const wire::rtp::CodecSpec &) {
    return decoder_of(AV_CODEC_ID_H263);
}

base::Result<std::unique_ptr<VideoEncoder>> make_h263_encoder(const wire::rtp::CodecSpec &spec,
                                                              const VideoFormat &wanted) {
    const bool plus = spec.name != "h263";
    // A header for each group of blocks ("ps", as small as can be): RFC 2190 cuts there.
    return encoder_of(
        {avcodec_find_encoder(plus ? AV_CODEC_ID_H263P : AV_CODEC_ID_H263), {1001, 30'000}, {{"ps", "1"}}},
        h263_format(wanted));
}

} // namespace cord::io::codec
