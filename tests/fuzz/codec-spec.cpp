#include "wire/rtp/codec_spec.hpp"

using namespace cord::wire::rtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    auto map = parse_payload_map({reinterpret_cast<const char *>(data), size});
    if (!map)
        return 0;
    // What is written reads back as it was.
    auto again = parse_payload_map(payload_map_text(*map));
    CORD_ASSERT(again && payload_map_text(*again) == payload_map_text(*map));
    return 0;
}
