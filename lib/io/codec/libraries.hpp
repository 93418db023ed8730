// The codecs of libraries that a build may lack: their makers, or null pointers, which the list shows as
// missing.
#pragma once

#include "io/codec/codec.hpp"
#include "io/codec/found_libraries.hpp" // which the build makes

namespace cord::io::codec {

#ifdef CORD_HAS_GSM // GSM full rate by libgsm
DecoderMaker make_gsm_decoder;
EncoderMaker make_gsm_encoder;
#else
inline constexpr DecoderMaker *make_gsm_decoder = nullptr;
inline constexpr EncoderMaker *make_gsm_encoder = nullptr;
#endif

#ifdef CORD_HAS_SPANDSP // G.722 and G.726 by spandsp
DecoderMaker make_g722_decoder;
EncoderMaker make_g722_encoder;
DecoderMaker make_g726_decoder;
EncoderMaker make_g726_encoder;
#else
inline constexpr DecoderMaker *make_g722_decoder = nullptr;
inline constexpr EncoderMaker *make_g722_encoder = nullptr;
inline constexpr DecoderMaker *make_g726_decoder = nullptr;
inline constexpr EncoderMaker *make_g726_encoder = nullptr;
#endif

#ifdef CORD_HAS_SPEEX
DecoderMaker make_speex_decoder;
EncoderMaker make_speex_encoder;
#else
inline constexpr DecoderMaker *make_speex_decoder = nullptr;
inline constexpr EncoderMaker *make_speex_encoder = nullptr;
#endif

#ifdef CORD_HAS_BCG729 // which is under the GPL
DecoderMaker make_g729_decoder;
EncoderMaker make_g729_encoder;
#else
inline constexpr DecoderMaker *make_g729_decoder = nullptr;
inline constexpr EncoderMaker *make_g729_encoder = nullptr;
#endif

#ifdef CORD_HAS_AMR // AMR by opencore-amrnb
DecoderMaker make_amr_decoder;
EncoderMaker make_amr_encoder;
#else
inline constexpr DecoderMaker *make_amr_decoder = nullptr;
inline constexpr EncoderMaker *make_amr_encoder = nullptr;
#endif

#ifdef CORD_HAS_AMR_WB // AMR-WB by opencore-amrwb and vo-amrwbenc
DecoderMaker make_amr_wb_decoder;
EncoderMaker make_amr_wb_encoder;
#else
inline constexpr DecoderMaker *make_amr_wb_decoder = nullptr;
inline constexpr EncoderMaker *make_amr_wb_encoder = nullptr;
#endif

} // namespace cord::io::codec
