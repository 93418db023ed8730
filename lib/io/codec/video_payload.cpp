#include "io/codec/video_payload.hpp"

namespace cord::io::codec {

std::unique_ptr<VideoPayload> make_video_payload(const wire::rtp::CodecSpec &spec) {
    if (spec.name == "vp8")
        return make_vp8_payload();
    if (spec.name == "h264")
        return make_h264_payload(spec);
    if (spec.name == "h263+")
        return make_h263_plus_payload();
    if (spec.name == "h263")
        return make_h263_payload();
    return nullptr;
}

} // namespace cord::io::codec
