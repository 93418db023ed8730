// VP8 by libvpx, set up as a call wants it: no delay, no look-ahead, key frames when they are asked for.
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

#include <algorithm>
#include <utility>

#include "io/codec/video_libraries.hpp"

namespace cord::io::codec {

namespace {

/// Destroys the codec with its owner.
struct Context {
    Context() = default;
    Context(const Context &) = delete;
    ~Context() {
        if (open)
            vpx_codec_destroy(&codec);
    }
    vpx_codec_ctx_t codec{};
    bool open = false;
};

class Vp8Decoder final : public VideoDecoder {
  public:
    base::Result<void> open() {
        if (vpx_codec_dec_init(&context_.codec, vpx_codec_vp8_dx(), nullptr, 0) != VPX_CODEC_OK)
            return base::fail("libvpx has no decoder of VP8");
        context_.open = true;
        return {};
    }

    base::Result<void> decode(base::Bytes frame, std::vector<Picture> &out) override {
        if (vpx_codec_decode(&context_.codec, frame.data(), static_cast<unsigned>(frame.size()), nullptr,
                             0) != VPX_CODEC_OK)
            return base::fail("no frame of VP8, or the one it builds on is missing");
        vpx_codec_iter_t at = nullptr;
        while (const vpx_image_t *image = vpx_codec_get_frame(&context_.codec, &at)) {
            if (image->d_w > max_side || image->d_h > max_side)
                return base::fail("a picture of VP8 is larger than any here");
            Picture &picture = out.emplace_back(image->d_w, image->d_h);
            for (std::size_t n = 0; n < picture.planes.size(); ++n)
                copy_plane(image->planes[n], image->stride[n], picture, n);
        }
        return {};
    }

  private:
    Context context_;
};

/// A tenth of a bit for each pixel of 30 pictures a second looks well.
std::uint32_t usual_kbit_s(const VideoFormat &format) {
    return std::clamp<std::uint32_t>(format.width * format.height * 3 / 1000, 100, 8000);
}

class Vp8Encoder final : public VideoEncoder {
  public:
    base::Result<void> open(const VideoFormat &format) {
        format_ = format;
        vpx_codec_enc_cfg_t config{};
        if (vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &config, 0) != VPX_CODEC_OK)
            return base::fail("libvpx has no encoder of VP8");
        config.g_w = format.width;
        config.g_h = format.height;
        config.g_timebase = {1, static_cast<int>(video_clock)};
        config.g_threads = 1; // a sandbox has no more
        config.g_lag_in_frames = 0;
        config.g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
        config.rc_end_usage = VPX_CBR;
        config.rc_target_bitrate = format.kbit_s != 0 ? format.kbit_s : usual_kbit_s(format);
        config.rc_dropframe_thresh = 0;
        config.kf_mode = VPX_KF_AUTO;
        config.kf_max_dist = 300;
        if (vpx_codec_enc_init(&context_.codec, vpx_codec_vp8_cx(), &config, 0) != VPX_CODEC_OK)
            return base::fail("libvpx refuses pictures of this size or rate");
        context_.open = true;
        // Of -16 to 16: what a call can spend.
        vpx_codec_control(&context_.codec, VP8E_SET_CPUUSED, -6);
        return {};
    }

    const VideoFormat &format() const override { return format_; }

    base::Result<void> encode(const Picture &picture, std::int64_t time, bool key,
                              std::vector<std::uint8_t> &out) override {
        vpx_image_t image;
        // libvpx only reads.
        auto plane = [&picture](std::size_t n) {
            return const_cast<std::uint8_t *>(picture.planes[n].data());
        };
        vpx_img_wrap(&image, VPX_IMG_FMT_I420, picture.width, picture.height, 1, plane(0));
        for (std::size_t n = 0; n < picture.planes.size(); ++n) {
            image.planes[n] = plane(n);
            image.stride[n] = static_cast<int>(picture.plane_width(n));
        }
        const std::int64_t since = time - std::exchange(last_, time);
        const auto duration = static_cast<unsigned long>(std::clamp<std::int64_t>(since, 1, video_clock));
        if (vpx_codec_encode(&context_.codec, &image, time, duration, key ? VPX_EFLAG_FORCE_KF : 0,
                             VPX_DL_REALTIME) != VPX_CODEC_OK)
            return base::fail("libvpx could not encode a picture");
        vpx_codec_iter_t at = nullptr;
        while (const vpx_codec_cx_pkt_t *packet = vpx_codec_get_cx_data(&context_.codec, &at))
            if (packet->kind == VPX_CODEC_CX_FRAME_PKT) {
                const auto *begin = static_cast<const std::uint8_t *>(packet->data.frame.buf);
                out.insert(out.end(), begin, begin + packet->data.frame.sz);
            }
        return {};
    }

  private:
    Context context_;
    VideoFormat format_;
    std::int64_t last_ = -static_cast<std::int64_t>(video_clock / 30);
};

} // namespace

base::Result<std::unique_ptr<VideoDecoder>> make_vp8_decoder(const wire::rtp::CodecSpec &) {
    auto decoder = std::make_unique<Vp8Decoder>();
    if (auto done = decoder->open(); !done)
        return tl::unexpected(done.error());
    return std::unique_ptr<VideoDecoder>(std::move(decoder));
}

base::Result<std::unique_ptr<VideoEncoder>> make_vp8_encoder(const wire::rtp::CodecSpec &,
                                                             const VideoFormat &format) {
    auto encoder = std::make_unique<Vp8Encoder>();
    if (auto done = encoder->open(format); !done)
        return tl::unexpected(done.error());
    return std::unique_ptr<VideoEncoder>(std::move(encoder));
}

} // namespace cord::io::codec
