// GSM full rate (RFC 3551 section 4.5.8): frames of 33 octets, 20 ms each, back to back.
#include <gsm.h>

#include <array>

#include "io/codec/concealment.hpp"
#include "io/codec/frames.hpp"
#include "io/codec/libraries.hpp"

namespace cord::io::codec {

namespace {

constexpr PcmFormat format_of_gsm{8000, 1};
constexpr std::size_t samples = 160;
constexpr std::size_t octets = sizeof(gsm_frame);

struct Destroy {
    void operator()(gsm_state *g) const { gsm_destroy(g); }
};
using State = std::unique_ptr<gsm_state, Destroy>;

class GsmSound final : public Decoder {
  public:
    explicit GsmSound(State state) : state_(std::move(state)) {}
    PcmFormat format() const override { return format_of_gsm; }

    base::Result<void> decode(base::Bytes payload, Pcm &out) override {
        if (payload.empty() || payload.size() % octets != 0)
            return base::fail("the payload is not whole GSM frames");
        const std::size_t begin = out.size();
        for (; !payload.empty(); payload = payload.subspan(octets)) {
            gsm_frame frame;
            std::copy_n(payload.begin(), octets, frame);
            out.resize(out.size() + samples);
            // A frame begins with the four bits 0xD.
            if (gsm_decode(state_.get(), frame, out.data() + out.size() - samples) < 0) {
                out.resize(begin);
                return base::fail("no GSM frame");
            }
        }
        concealment_.heard(std::span(out).subspan(begin));
        return {};
    }
    void conceal(std::size_t frames, base::Bytes, Pcm &out) override { concealment_.conceal(frames, out); }

  private:
    State state_;
    Concealment concealment_{format_of_gsm};
};

class GsmPayloads final : public Encoder {
  public:
    GsmPayloads(State state, std::size_t frames) : state_(std::move(state)), frames_(frames) {}
    PcmFormat format() const override { return format_of_gsm; }
    std::size_t payload_frames() const override { return frames_ * samples; }

    base::Result<void> encode(PcmView pcm, std::vector<std::uint8_t> &out) override {
        for (; !pcm.empty(); pcm = pcm.subspan(samples)) {
            std::array<gsm_signal, samples> sound;
            std::copy_n(pcm.begin(), samples, sound.begin());
            out.resize(out.size() + octets);
            gsm_encode(state_.get(), sound.data(), out.data() + out.size() - octets);
        }
        return {};
    }

  private:
    State state_;
    std::size_t frames_;
};

} // namespace

base::Result<std::unique_ptr<Decoder>> make_gsm_decoder(const CodecSpec &, PcmFormat) {
    return std::make_unique<GsmSound>(State(gsm_create()));
}

base::Result<std::unique_ptr<Encoder>> make_gsm_encoder(const CodecSpec &spec, PcmFormat) {
    return frames_per_payload(spec, 20).map([](std::size_t frames) -> std::unique_ptr<Encoder> {
        return std::make_unique<GsmPayloads>(State(gsm_create()), frames);
    });
}

} // namespace cord::io::codec
