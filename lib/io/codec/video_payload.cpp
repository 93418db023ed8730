#include "io/codec/video_payload.hpp"

namespace cord::io::codec {

std::unique_ptr<VideoPayload> make_video_payload(const wire::rtp::CodecSpec &spec) {
    if (spec.name == "vp8")
        return make_vp8_payload();
    return nullptr;
}

} // namespace cord::io::codec
