// The video codecs, all of libraries that a build may lack: their makers, or null pointers, which the list
// shows as missing.
#pragma once

#include "io/codec/found_libraries.hpp" // which the build makes
#include "io/codec/video.hpp"

namespace cord::io::codec {

#ifdef CORD_HAS_VPX // VP8 by libvpx
VideoDecoderMaker make_vp8_decoder;
VideoEncoderMaker make_vp8_encoder;
#else
inline constexpr VideoDecoderMaker *make_vp8_decoder = nullptr;
inline constexpr VideoEncoderMaker *make_vp8_encoder = nullptr;
#endif

#ifdef CORD_HAS_LIBAV // by libavcodec, which is under the GPL as Debian builds it
VideoDecoderMaker make_h264_decoder;
VideoEncoderMaker make_h264_encoder;
VideoDecoderMaker make_h263_decoder;
VideoEncoderMaker make_h263_encoder;
#else
inline constexpr VideoDecoderMaker *make_h264_decoder = nullptr;
inline constexpr VideoEncoderMaker *make_h264_encoder = nullptr;
inline constexpr VideoDecoderMaker *make_h263_decoder = nullptr;
inline constexpr VideoEncoderMaker *make_h263_encoder = nullptr;
#endif

} // namespace cord::io::codec
