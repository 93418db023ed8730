// Speex (RFC 5574) at 8, 16 or 32 kHz: frames of 20 ms as bits, back to back, filled up to octets.
#include <speex/speex.h>

#include <array>

#include "base/text.hpp"
#include "io/codec/frames.hpp"
#include "io/codec/libraries.hpp"

namespace cord::io::codec {

namespace {

// A frame of silence takes five bits: more than a second in one payload is an attack.
constexpr std::size_t max_frames = 50;
constexpr std::size_t max_frame_octets = 200;

/// Bits on their way between octets and codec.
class Bits {
  public:
    Bits() { speex_bits_init(&bits_); }
    Bits(const Bits &) = delete;
    ~Bits() { speex_bits_destroy(&bits_); }
    SpeexBits *get() { return &bits_; }

  private:
    SpeexBits bits_{};
};

const SpeexMode *mode_of(std::uint32_t rate) {
    return speex_lib_get_mode(rate == 8000    ? SPEEX_MODEID_NB
                              : rate == 16000 ? SPEEX_MODEID_WB
                                              : SPEEX_MODEID_UWB);
}

class SpeexSound final : public Decoder {
  public:
    explicit SpeexSound(std::uint32_t rate) : rate_(rate), decoder_(speex_decoder_init(mode_of(rate))) {}
    SpeexSound(const SpeexSound &) = delete;
    ~SpeexSound() override { speex_decoder_destroy(decoder_); }
    PcmFormat format() const override { return {rate_, 1}; }

    base::Result<void> decode(base::Bytes payload, Pcm &out) override {
        std::vector<char> octets(payload.begin(), payload.end());
        speex_bits_read_from(bits_.get(), octets.data(), static_cast<int>(octets.size()));
        const std::size_t begin = out.size();
        for (std::size_t n = 0; n < max_frames; ++n) {
            // speex_decode_int: "return status (0 for no error, -1 for end of stream, -2 corrupt stream)".
            const int status = run(out);
            if (status == -2) {
                out.resize(begin);
                return base::fail("no Speex frame");
            }
            if (status != 0)
                break;
        }
        if (out.size() == begin)
            return base::fail("no Speex frame");
        return {};
    }

    void conceal(std::size_t frames, base::Bytes, Pcm &out) override {
        fill_by_frames(frames, out, [this](Pcm &pcm) {
            pcm.resize(pcm.size() + rate_ / 50);
            speex_decode_int(decoder_, nullptr, pcm.data() + pcm.size() - rate_ / 50);
        });
    }

  private:
    int run(Pcm &out) {
        const std::size_t samples = rate_ / 50;
        out.resize(out.size() + samples);
        const int status = speex_decode_int(decoder_, bits_.get(), out.data() + out.size() - samples);
        if (status != 0)
            out.resize(out.size() - samples);
        return status;
    }

    std::uint32_t rate_;
    void *decoder_;
    Bits bits_;
};

class SpeexPayloads final : public Encoder {
  public:
    SpeexPayloads(const CodecSpec &spec, std::size_t frames)
        : rate_(spec.clock_rate), frames_(frames), encoder_(speex_encoder_init(mode_of(spec.clock_rate))) {
        configure(spec);
    }
    SpeexPayloads(const SpeexPayloads &) = delete;
    ~SpeexPayloads() override { speex_encoder_destroy(encoder_); }
    PcmFormat format() const override { return {rate_, 1}; }
    std::size_t payload_frames() const override { return frames_ * samples(); }

    base::Result<void> encode(PcmView pcm, std::vector<std::uint8_t> &out) override {
        speex_bits_reset(bits_.get());
        Pcm sound(pcm.begin(), pcm.end()); // which the encoder may change
        bool any = false;
        for (std::size_t at = 0; at < sound.size(); at += samples())
            any |= speex_encode_int(encoder_, sound.data() + at, bits_.get()) != 0;
        if (!any)
            return {};
        // RFC 5574 section 3.3: "a 0 followed by all ones (until the end of the octet)".
        speex_bits_insert_terminator(bits_.get());
        std::vector<char> octets(frames_ * max_frame_octets);
        const int n = speex_bits_write(bits_.get(), octets.data(), static_cast<int>(octets.size()));
        out.insert(out.end(), octets.begin(), octets.begin() + n);
        return {};
    }

  private:
    [[nodiscard]] std::size_t samples() const { return rate_ / 50; }
    void set(int what, int value) { speex_encoder_ctl(encoder_, what, &value); }

    /// Section 4.1.1: the parameters say what the receiver wants.
    void configure(const CodecSpec &spec) {
        set(SPEEX_SET_QUALITY, 8);
        // "The remote party SHOULD configure its encoder using the first supported mode provided": at 8 kHz
        // the number of a mode, above of a quality.
        std::string_view modes = spec.parameter("mode").value_or("");
        if (modes.starts_with('"')) // "The 'mode' parameter value MUST always be quoted."
            modes.remove_prefix(1);
        if (auto mode = base::to_uint(base::cut(modes, ',').first, rate_ == 8000 ? 8 : 10); mode && *mode > 0)
            set(rate_ == 8000 ? SPEEX_SET_MODE : SPEEX_SET_QUALITY, static_cast<int>(*mode));
        if (spec.parameter("vbr") == "on")
            set(SPEEX_SET_VBR, 1);
        if (spec.parameter("vbr") == "vad")
            set(SPEEX_SET_VAD, 1);
        if (spec.number("usedtx") == 1) {
            set(SPEEX_SET_VAD, 1);
            set(SPEEX_SET_DTX, 1);
        }
    }

    std::uint32_t rate_;
    std::size_t frames_;
    void *encoder_;
    Bits bits_;
};

base::Result<void> check(const CodecSpec &spec) {
    // Section 3.3: "The sampling rate MUST be either 8000 Hz, 16000 Hz, or 32000 Hz."
    if (spec.clock_rate != 8000 && spec.clock_rate != 16000 && spec.clock_rate != 32000)
        return base::fail("the rate of speex is 8000, 16000 or 32000");
    return {};
}

} // namespace

base::Result<std::unique_ptr<Decoder>> make_speex_decoder(const CodecSpec &spec, PcmFormat) {
    return check(spec).map(
        [&]() -> std::unique_ptr<Decoder> { return std::make_unique<SpeexSound>(spec.clock_rate); });
}

base::Result<std::unique_ptr<Encoder>> make_speex_encoder(const CodecSpec &spec, PcmFormat) {
    if (auto done = check(spec); !done)
        return tl::unexpected(done.error());
    return frames_per_payload(spec, 20).map([&](std::size_t frames) -> std::unique_ptr<Encoder> {
        return std::make_unique<SpeexPayloads>(spec, frames);
    });
}

} // namespace cord::io::codec
