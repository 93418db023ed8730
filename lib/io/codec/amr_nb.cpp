// AMR at 8 kHz by opencore-amrnb.
#include <opencore-amrnb/interf_dec.h>
#include <opencore-amrnb/interf_enc.h>

#include "io/codec/amr.hpp"
#include "io/codec/libraries.hpp"

namespace cord::io::codec {

namespace {

struct Narrow {
    static constexpr auto band = wire::rtp::AmrBand::narrow;
    static constexpr PcmFormat format{8000, 1};
    static constexpr std::size_t samples = 160;
    static constexpr std::size_t max_octets = 32;
    static constexpr std::uint8_t highest_mode = MR122;

    class Decoder {
      public:
        Decoder() = default;
        Decoder(const Decoder &) = delete;
        ~Decoder() { Decoder_Interface_exit(state_); }
        void decode(const std::uint8_t *octets, std::int16_t *pcm) {
            Decoder_Interface_Decode(state_, octets, pcm, 0);
        }

      private:
        void *state_ = Decoder_Interface_init();
    };

    class Encoder {
      public:
        explicit Encoder(bool dtx) : state_(Encoder_Interface_init(dtx ? 1 : 0)) {}
        Encoder(const Encoder &) = delete;
        ~Encoder() { Encoder_Interface_exit(state_); }
        /// The library writes into the sound that it is given, const or not.
        int encode(int mode, const std::int16_t *pcm, std::uint8_t *octets) {
            std::array<std::int16_t, samples> sound;
            std::copy_n(pcm, samples, sound.begin());
            return Encoder_Interface_Encode(state_, static_cast<Mode>(mode), sound.data(), octets, 0);
        }

      private:
        void *state_;
    };
};

} // namespace

base::Result<std::unique_ptr<Decoder>> make_amr_decoder(const CodecSpec &spec, PcmFormat) {
    return make_amr_sound<Narrow>(spec);
}

base::Result<std::unique_ptr<Encoder>> make_amr_encoder(const CodecSpec &spec, PcmFormat) {
    return make_amr_payloads<Narrow>(spec);
}

} // namespace cord::io::codec
