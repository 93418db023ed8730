#include "io/codec/opus.hpp"

#include <opus/opus.h>

#include <algorithm>
#include <array>

namespace cord::io::codec {

namespace {

struct Free {
    void operator()(OpusDecoder *d) const { opus_decoder_destroy(d); }
    void operator()(OpusEncoder *e) const { opus_encoder_destroy(e); }
};

/// The nearest rate that Opus knows, not below the one asked for: no sound is lost, and 8 kHz beside G.711
/// costs a third of 48 kHz.
std::uint32_t opus_rate(std::uint32_t rate) {
    for (std::uint32_t known : {8000u, 12000u, 16000u, 24000u})
        if (rate <= known)
            return known;
    return 48000;
}

/// Opus counts in steps of 2.5 ms.
std::size_t step_of(std::uint32_t rate) { return rate / 400; }

class OpusSound final : public Decoder {
  public:
    OpusSound(std::unique_ptr<OpusDecoder, Free> decoder, PcmFormat format)
        : decoder_(std::move(decoder)), format_(format) {}
    PcmFormat format() const override { return format_; }

    base::Result<void> decode(base::Bytes payload, Pcm &out) override {
        // RFC 6716 section 3.2: a packet holds at most 120 ms.
        if (run(payload, format_.rate * 120 / 1000, false, out) < 0)
            return base::fail("no Opus packet");
        return {};
    }

    void conceal(std::size_t frames, base::Bytes next, Pcm &out) override {
        const std::size_t end = out.size() + frames * format_.channels;
        const int repeated = next.empty() ? 0 : packet_frames(next);
        while (out.size() < end) {
            const std::size_t left = (end - out.size()) / format_.channels;
            // RFC 6716 section 2.1.7: with in-band FEC a packet repeats the one before it, coarsely.
            const bool by_next = repeated > 0 && left == static_cast<std::size_t>(repeated);
            std::size_t some = std::min<std::size_t>(left, format_.rate * 20 / 1000);
            if (repeated > 0 && left > static_cast<std::size_t>(repeated))
                some = std::min(some, left - static_cast<std::size_t>(repeated));
            some -= some % step_of(format_.rate);
            const int done = by_next ? run(next, left, true, out) : some > 0 ? run({}, some, false, out) : 0;
            if (done <= 0)
                break;
        }
        out.resize(end);
    }

  private:
    int packet_frames(base::Bytes payload) const {
        return opus_packet_get_nb_samples(payload.data(), static_cast<opus_int32>(payload.size()),
                                          static_cast<opus_int32>(format_.rate));
    }

    int run(base::Bytes payload, std::size_t frames, bool fec, Pcm &out) {
        const std::size_t begin = out.size();
        out.resize(begin + frames * format_.channels);
        const int n = opus_decode(decoder_.get(), payload.empty() ? nullptr : payload.data(),
                                  static_cast<opus_int32>(payload.size()), out.data() + begin,
                                  static_cast<int>(frames), fec ? 1 : 0);
        out.resize(begin + static_cast<std::size_t>(std::max(n, 0)) * format_.channels);
        return n;
    }

    std::unique_ptr<OpusDecoder, Free> decoder_;
    PcmFormat format_;
};

class OpusPayloads final : public Encoder {
  public:
    OpusPayloads(std::unique_ptr<OpusEncoder, Free> encoder, PcmFormat format, std::size_t frames)
        : encoder_(std::move(encoder)), format_(format), frames_(frames) {}
    PcmFormat format() const override { return format_; }
    std::size_t payload_frames() const override { return frames_; }

    base::Result<void> encode(PcmView pcm, std::vector<std::uint8_t> &out) override {
        std::array<std::uint8_t, 1275 * 6> payload; // six frames of 20 ms, each at the most that Opus allows
        const opus_int32 n = opus_encode(encoder_.get(), pcm.data(), static_cast<int>(frames_),
                                         payload.data(), payload.size());
        if (n < 0)
            return base::fail(opus_strerror(n));
        // opus_encode(3): "If the return value is 2 bytes or less, then the packet does not need to be
        // transmitted (DTX)".
        if (n > 2)
            out.insert(out.end(), payload.begin(), payload.begin() + n);
        return {};
    }

    /// libopus spends bits on FEC as loss makes it worth them, if the receiver wants it at all.
    void expect_loss(unsigned percent) override {
        opus_encoder_ctl(encoder_.get(), OPUS_SET_PACKET_LOSS_PERC(static_cast<opus_int32>(percent)));
    }

  private:
    std::unique_ptr<OpusEncoder, Free> encoder_;
    PcmFormat format_;
    std::size_t frames_;
};

/// RFC 7587 section 6.1: the parameters say what the receiver wants. `complexity` is ours.
base::Result<void> configure(OpusEncoder *encoder, const CodecSpec &spec) {
    int failed = 0;
    if (auto rate = spec.number("maxaveragebitrate"))
        failed |= opus_encoder_ctl(encoder, OPUS_SET_BITRATE(static_cast<opus_int32>(*rate)));
    if (spec.number("useinbandfec") == 1) {
        failed |= opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1));
        // Until a report tells.
        failed |= opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(10));
    }
    if (spec.number("usedtx") == 1)
        failed |= opus_encoder_ctl(encoder, OPUS_SET_DTX(1));
    if (spec.number("cbr") == 1)
        failed |= opus_encoder_ctl(encoder, OPUS_SET_VBR(0));
    if (auto complexity = spec.number("complexity"))
        failed |= opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(static_cast<opus_int32>(*complexity)));
    if (failed != OPUS_OK)
        return base::fail("maxaveragebitrate is 6000 to 510000, complexity 0 to 10");
    return {};
}

bool is_opus_ptime(std::uint32_t ms) {
    constexpr std::array allowed{5u, 10u, 20u, 40u, 60u, 80u, 100u, 120u};
    return std::find(allowed.begin(), allowed.end(), ms) != allowed.end();
}

} // namespace

base::Result<std::unique_ptr<Decoder>> make_opus_decoder(const CodecSpec &, PcmFormat wanted) {
    const PcmFormat format{opus_rate(wanted.rate), static_cast<std::uint8_t>(wanted.channels > 1 ? 2 : 1)};
    int error = OPUS_OK;
    std::unique_ptr<OpusDecoder, Free> decoder(
        opus_decoder_create(static_cast<opus_int32>(format.rate), format.channels, &error));
    if (error != OPUS_OK)
        return base::fail(opus_strerror(error));
    return std::make_unique<OpusSound>(std::move(decoder), format);
}

base::Result<std::unique_ptr<Encoder>> make_opus_encoder(const CodecSpec &spec, PcmFormat source) {
    auto ptime = ptime_of(spec);
    if (!ptime || !is_opus_ptime(*ptime))
        return base::fail("the ptime of opus is 5, 10, 20, 40, 60, 80, 100 or 120");
    const bool mono = source.channels == 1 || spec.number("stereo") == 0;
    const PcmFormat format{opus_rate(source.rate), static_cast<std::uint8_t>(mono ? 1 : 2)};
    int error = OPUS_OK;
    std::unique_ptr<OpusEncoder, Free> encoder(opus_encoder_create(
        static_cast<opus_int32>(format.rate), format.channels, OPUS_APPLICATION_VOIP, &error));
    if (error != OPUS_OK)
        return base::fail(opus_strerror(error));
    if (auto done = configure(encoder.get(), spec); !done)
        return tl::unexpected(done.error());
    return std::make_unique<OpusPayloads>(std::move(encoder), format,
                                          std::size_t{format.rate} * *ptime / 1000);
}

std::uint32_t opus_duration(base::Bytes packet) {
    const int frames =
        packet.empty()
            ? 0
            : opus_packet_get_nb_samples(packet.data(), static_cast<opus_int32>(packet.size()), 48000);
    return frames > 0 ? static_cast<std::uint32_t>(frames) : 0;
}

} // namespace cord::io::codec
