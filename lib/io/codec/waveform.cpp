#include "io/codec/waveform.hpp"

#include "io/codec/concealment.hpp"
#include "io/codec/g711.hpp"

namespace cord::io::codec {

namespace {

struct MuLaw {
    static constexpr std::size_t octets = 1;
    static std::int16_t read(const std::uint8_t *p) { return g711::from_mu_law(*p); }
    static void write(std::int16_t s, std::vector<std::uint8_t> &out) { out.push_back(g711::to_mu_law(s)); }
};

struct ALaw {
    static constexpr std::size_t octets = 1;
    static std::int16_t read(const std::uint8_t *p) { return g711::from_a_law(*p); }
    static void write(std::int16_t s, std::vector<std::uint8_t> &out) { out.push_back(g711::to_a_law(s)); }
};

/// RFC 3551 section 4.5.11: "signed two's-complement 16-bit samples in network byte order".
struct Linear {
    static constexpr std::size_t octets = 2;
    static std::int16_t read(const std::uint8_t *p) { return static_cast<std::int16_t>(base::load16(p)); }
    static void write(std::int16_t s, std::vector<std::uint8_t> &out) {
        base::ByteWriter(out).u16(static_cast<std::uint16_t>(s));
    }
};

PcmFormat format_of(const CodecSpec &spec) { return {spec.clock_rate, spec.channels}; }

template <class Law>
class WaveformDecoder final : public Decoder {
  public:
    explicit WaveformDecoder(PcmFormat format) : format_(format), concealment_(format) {}
    PcmFormat format() const override { return format_; }

    base::Result<void> decode(base::Bytes payload, Pcm &out) override {
        if (payload.empty() || payload.size() % (Law::octets * format_.channels) != 0)
            return base::fail("the payload is not whole samples");
        const std::size_t begin = out.size();
        for (std::size_t at = 0; at < payload.size(); at += Law::octets)
            out.push_back(Law::read(payload.data() + at));
        concealment_.heard(std::span(out).subspan(begin));
        return {};
    }
    void conceal(std::size_t frames, base::Bytes, Pcm &out) override { concealment_.conceal(frames, out); }

  private:
    PcmFormat format_;
    Concealment concealment_;
};

template <class Law>
class WaveformEncoder final : public Encoder {
  public:
    WaveformEncoder(PcmFormat format, std::uint32_t ptime)
        : format_(format), frames_(std::size_t{format.rate} * ptime / 1000) {}
    PcmFormat format() const override { return format_; }
    std::size_t payload_frames() const override { return frames_; }

    base::Result<void> encode(PcmView pcm, std::vector<std::uint8_t> &out) override {
        for (std::int16_t sample : pcm)
            Law::write(sample, out);
        return {};
    }

  private:
    PcmFormat format_;
    std::size_t frames_;
};

} // namespace

base::Result<std::unique_ptr<Decoder>> make_waveform_decoder(const CodecSpec &spec, PcmFormat) {
    if (spec.name == "pcmu")
        return std::make_unique<WaveformDecoder<MuLaw>>(format_of(spec));
    if (spec.name == "pcma")
        return std::make_unique<WaveformDecoder<ALaw>>(format_of(spec));
    return std::make_unique<WaveformDecoder<Linear>>(format_of(spec));
}

base::Result<std::unique_ptr<Encoder>> make_waveform_encoder(const CodecSpec &spec, PcmFormat) {
    auto ptime = ptime_of(spec);
    if (!ptime)
        return tl::unexpected(ptime.error());
    // Payloads larger than a datagram go nowhere.
    if (std::size_t{spec.clock_rate} * *ptime / 1000 * spec.channels * 2 > 60'000)
        return base::fail("a payload of that ptime is larger than a datagram");
    if (spec.clock_rate * *ptime < 1000)
        return base::fail("a payload of that ptime holds no sample");
    if (spec.name == "pcmu")
        return std::make_unique<WaveformEncoder<MuLaw>>(format_of(spec), *ptime);
    if (spec.name == "pcma")
        return std::make_unique<WaveformEncoder<ALaw>>(format_of(spec), *ptime);
    return std::make_unique<WaveformEncoder<Linear>>(format_of(spec), *ptime);
}

} // namespace cord::io::codec
