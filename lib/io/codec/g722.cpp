// G.722 at 64 kbit/s (RFC 3551 section 4.5.2) by spandsp: an octet for two samples at 16 kHz. Beside a leg of
// 8 kHz the lower band alone is worked on.
#include <cstdint>
#include <cstdlib>
// In this order: the second needs the first.
#include <spandsp/telephony.h>
//
#include <spandsp/g722.h>

#include "io/codec/concealment.hpp"
#include "io/codec/libraries.hpp"

namespace cord::io::codec {

namespace {

// RFC 3551 section 4.5.2: the clock of RTP counts 8000, though the sound has 16000 samples a second.
constexpr std::uint32_t octets_a_second = 8000;
constexpr int bit_rate = 64'000;

struct Free {
    void operator()(g722_decode_state_t *d) const { g722_decode_free(d); }
    void operator()(g722_encode_state_t *e) const { g722_encode_free(e); }
};

PcmFormat format_beside(PcmFormat other) { return {other.rate <= 8000 ? 8000u : 16000u, 1}; }
int options_of(PcmFormat format) { return format.rate == 8000 ? G722_SAMPLE_RATE_8000 : 0; }

class G722Sound final : public Decoder {
  public:
    explicit G722Sound(PcmFormat format)
        : decoder_(g722_decode_init(nullptr, bit_rate, options_of(format))), concealment_(format),
          format_(format) {}
    PcmFormat format() const override { return format_; }

    base::Result<void> decode(base::Bytes payload, Pcm &out) override {
        if (payload.empty())
            return base::fail("the payload is empty");
        const std::size_t begin = out.size();
        out.resize(begin + payload.size() * (format_.rate / octets_a_second));
        g722_decode(decoder_.get(), out.data() + begin, payload.data(), static_cast<int>(payload.size()));
        concealment_.heard(std::span(out).subspan(begin));
        return {};
    }
    void conceal(std::size_t frames, base::Bytes, Pcm &out) override { concealment_.conceal(frames, out); }

  private:
    std::unique_ptr<g722_decode_state_t, Free> decoder_;
    Concealment concealment_;
    PcmFormat format_;
};

class G722Payloads final : public Encoder {
  public:
    G722Payloads(PcmFormat format, std::uint32_t ptime)
        : encoder_(g722_encode_init(nullptr, bit_rate, options_of(format))), format_(format),
          octets_(std::size_t{octets_a_second} * ptime / 1000) {}
    PcmFormat format() const override { return format_; }
    std::size_t payload_frames() const override { return octets_ * (format_.rate / octets_a_second); }

    base::Result<void> encode(PcmView pcm, std::vector<std::uint8_t> &out) override {
        out.resize(out.size() + octets_);
        g722_encode(encoder_.get(), out.data() + out.size() - octets_, pcm.data(),
                    static_cast<int>(pcm.size()));
        return {};
    }

  private:
    std::unique_ptr<g722_encode_state_t, Free> encoder_;
    PcmFormat format_;
    std::size_t octets_;
};

} // namespace

base::Result<std::unique_ptr<Decoder>> make_g722_decoder(const CodecSpec &, PcmFormat wanted) {
    return std::make_unique<G722Sound>(format_beside(wanted));
}

base::Result<std::unique_ptr<Encoder>> make_g722_encoder(const CodecSpec &spec, PcmFormat source) {
    return ptime_of(spec).map([&](std::uint32_t ptime) -> std::unique_ptr<Encoder> {
        return std::make_unique<G722Payloads>(format_beside(source), ptime);
    });
}

} // namespace cord::io::codec
