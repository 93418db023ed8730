// G.726 at 16 to 40 kbit/s by spandsp: codes of 2 to 5 bits a sample. RFC 3551 section 4.5.4 packs them from
// the least significant bit of an octet on; the names that begin with AAL2 pack them as ITU-T I.366.2 does,
// from the most significant.
#include <cstdint>
#include <cstdlib>
// In this order: the others need the first.
#include <spandsp/telephony.h>
//
#include <spandsp/g726.h>

#include "io/codec/concealment.hpp"
#include "io/codec/libraries.hpp"

namespace cord::io::codec {

namespace {

constexpr PcmFormat format_of_g726{8000, 1};

struct Free {
    void operator()(g726_state_t *s) const { g726_free(s); }
};
using State = std::unique_ptr<g726_state_t, Free>;

/// "g726-32" and "aal2-g726-32" end with their kbit/s: 16, 24, 32 or 40.
std::size_t bits_a_sample(const CodecSpec &spec) {
    return static_cast<std::size_t>(std::atoi(spec.name.c_str() + spec.name.size() - 2)) / 8;
}

State open(const CodecSpec &spec) {
    const int packing = spec.name.starts_with("aal2") ? G726_PACKING_LEFT : G726_PACKING_RIGHT;
    return State(
        g726_init(nullptr, static_cast<int>(bits_a_sample(spec)) * 8000, G726_ENCODING_LINEAR, packing));
}

class G726Sound final : public Decoder {
  public:
    explicit G726Sound(const CodecSpec &spec) : bits_(bits_a_sample(spec)), state_(open(spec)) {}
    PcmFormat format() const override { return format_of_g726; }

    base::Result<void> decode(base::Bytes payload, Pcm &out) override {
        // Section 4.5.4: a payload holds whole octets of whole codes.
        if (payload.empty() || payload.size() * 8 % bits_ != 0)
            return base::fail("the payload is not whole G.726 codes");
        const std::size_t begin = out.size();
        out.resize(begin + payload.size() * 8 / bits_);
        const int n =
            g726_decode(state_.get(), out.data() + begin, payload.data(), static_cast<int>(payload.size()));
        out.resize(begin + static_cast<std::size_t>(n));
        concealment_.heard(std::span(out).subspan(begin));
        return {};
    }
    void conceal(std::size_t frames, base::Bytes, Pcm &out) override { concealment_.conceal(frames, out); }

  private:
    std::size_t bits_;
    State state_;
    Concealment concealment_{format_of_g726};
};

class G726Payloads final : public Encoder {
  public:
    G726Payloads(const CodecSpec &spec, std::uint32_t ptime)
        : bits_(bits_a_sample(spec)), frames_(std::size_t{8} * ptime), state_(open(spec)) {}
    PcmFormat format() const override { return format_of_g726; }
    std::size_t payload_frames() const override { return frames_; }

    base::Result<void> encode(PcmView pcm, std::vector<std::uint8_t> &out) override {
        const std::size_t begin = out.size();
        out.resize(begin + pcm.size() * bits_ / 8);
        g726_encode(state_.get(), out.data() + begin, pcm.data(), static_cast<int>(pcm.size()));
        return {};
    }

  private:
    std::size_t bits_;
    std::size_t frames_; // eight a millisecond, so that their codes fill octets
    State state_;
};

} // namespace

base::Result<std::unique_ptr<Decoder>> make_g726_decoder(const CodecSpec &spec, PcmFormat) {
    return std::make_unique<G726Sound>(spec);
}

base::Result<std::unique_ptr<Encoder>> make_g726_encoder(const CodecSpec &spec, PcmFormat) {
    return ptime_of(spec).map([&](std::uint32_t ptime) -> std::unique_ptr<Encoder> {
        return std::make_unique<G726Payloads>(spec, ptime);
    });
}

} // namespace cord::io::codec
