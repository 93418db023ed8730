// G.729 with Annexes A and B (RFC 3551 section 4.5.6) by bcg729: frames of 10 octets, 10 ms each, back to
// back.
extern "C" { // which its headers do not say
#include <bcg729/decoder.h>
#include <bcg729/encoder.h>
}

#include <array>

#include "io/codec/frames.hpp"
#include "io/codec/libraries.hpp"

namespace cord::io::codec {

namespace {

constexpr PcmFormat format_of_g729{8000, 1};
constexpr std::size_t samples = 80;
constexpr std::size_t speech_octets = 10;
constexpr std::size_t noise_octets = 2;

struct Close {
    void operator()(bcg729DecoderChannelContextStruct *d) const { closeBcg729DecoderChannel(d); }
    void operator()(bcg729EncoderChannelContextStruct *e) const { closeBcg729EncoderChannel(e); }
};

class G729Sound final : public Decoder {
  public:
    PcmFormat format() const override { return format_of_g729; }

    base::Result<void> decode(base::Bytes payload, Pcm &out) override {
        // Zero or more frames of speech, and at the end one of comfort noise or none: "the presence of a
        // comfort noise frame can be deduced from the length of the RTP payload".
        const std::size_t rest = payload.size() % speech_octets;
        if (payload.empty() || (rest != 0 && rest != noise_octets))
            return base::fail("the payload is not whole G.729 frames");
        while (!payload.empty()) {
            const base::Bytes frame = payload.first(std::min(speech_octets, payload.size()));
            run(frame, false, out);
            payload = payload.subspan(frame.size());
        }
        return {};
    }

    void conceal(std::size_t frames, base::Bytes, Pcm &out) override {
        fill_by_frames(frames, out, [this](Pcm &pcm) { run({}, true, pcm); });
    }

  private:
    void run(base::Bytes frame, bool lost, Pcm &out) {
        out.resize(out.size() + samples);
        bcg729Decoder(decoder_.get(), frame.data(), static_cast<std::uint8_t>(frame.size()), lost ? 1 : 0,
                      frame.size() == noise_octets ? 1 : 0, 0, out.data() + out.size() - samples);
    }

    std::unique_ptr<bcg729DecoderChannelContextStruct, Close> decoder_{initBcg729DecoderChannel()};
};

/// Without Annex B's silences: they would begin and end within a payload, and every receiver takes speech.
class G729Payloads final : public Encoder {
  public:
    explicit G729Payloads(std::size_t frames) : frames_(frames) {}
    PcmFormat format() const override { return format_of_g729; }
    std::size_t payload_frames() const override { return frames_ * samples; }

    base::Result<void> encode(PcmView pcm, std::vector<std::uint8_t> &out) override {
        for (; !pcm.empty(); pcm = pcm.subspan(samples)) {
            std::array<std::uint8_t, speech_octets> frame{};
            std::uint8_t octets = 0;
            bcg729Encoder(encoder_.get(), pcm.data(), frame.data(), &octets);
            out.insert(out.end(), frame.begin(), frame.begin() + octets);
        }
        return {};
    }

  private:
    std::unique_ptr<bcg729EncoderChannelContextStruct, Close> encoder_{initBcg729EncoderChannel(0)};
    std::size_t frames_;
};

} // namespace

base::Result<std::unique_ptr<Decoder>> make_g729_decoder(const CodecSpec &, PcmFormat) {
    return std::make_unique<G729Sound>();
}

base::Result<std::unique_ptr<Encoder>> make_g729_encoder(const CodecSpec &spec, PcmFormat) {
    return frames_per_payload(spec, 10).map([](std::size_t frames) -> std::unique_ptr<Encoder> {
        return std::make_unique<G729Payloads>(frames);
    });
}

} // namespace cord::io::codec
