// AMR-WB at 16 kHz by opencore-amrwb and vo-amrwbenc.
#include <opencore-amrwb/dec_if.h>
#include <vo-amrwbenc/enc_if.h>

#include "io/codec/amr.hpp"
#include "io/codec/libraries.hpp"

namespace cord::io::codec {

namespace {

struct Wide {
    static constexpr auto band = wire::rtp::AmrBand::wide;
    static constexpr PcmFormat format{16000, 1};
    static constexpr std::size_t samples = 320;
    static constexpr std::size_t max_octets = 64;
    static constexpr std::uint8_t highest_mode = 8; // 23.85 kbit/s

    class Decoder {
      public:
        Decoder() = default;
        Decoder(const Decoder &) = delete;
        ~Decoder() { D_IF_exit(state_); }
        void decode(const std::uint8_t *octets, std::int16_t *pcm) {
            D_IF_decode(state_, octets, pcm, _good_frame);
        }

      private:
        void *state_ = D_IF_init();
    };

    class Encoder {
      public:
        explicit Encoder(bool dtx) : dtx_(dtx ? 1 : 0) {}
        Encoder(const Encoder &) = delete;
        ~Encoder() { E_IF_exit(state_); }
        int encode(int mode, const std::int16_t *pcm, std::uint8_t *octets) {
            return E_IF_encode(state_, mode, pcm, octets, dtx_);
        }

      private:
        void *state_ = E_IF_init();
        int dtx_;
    };
};

} // namespace

base::Result<std::unique_ptr<Decoder>> make_amr_wb_decoder(const CodecSpec &spec, PcmFormat) {
    return make_amr_sound<Wide>(spec);
}

base::Result<std::unique_ptr<Encoder>> make_amr_wb_encoder(const CodecSpec &spec, PcmFormat) {
    return make_amr_payloads<Wide>(spec);
}

} // namespace cord::io::codec
