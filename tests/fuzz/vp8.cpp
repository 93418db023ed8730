// Payloads of VP8: what is read is of the payload, and what is written reads back.
#include "wire/rtp/vp8.hpp"

using namespace cord;
using namespace cord::wire::rtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    auto payload = parse_vp8({data, size});
    if (!payload)
        return 0;
    CORD_ASSERT(payload->data.data() + payload->data.size() == data + size);
    std::vector<std::uint8_t> again;
    append_vp8_descriptor(again, payload->begins_frame, payload->picture_id.value_or(0));
    again.insert(again.end(), payload->data.begin(), payload->data.end());
    auto same = parse_vp8(again);
    CORD_ASSERT(same && same->begins_frame == payload->begins_frame &&
                same->data.size() == payload->data.size());
    return 0;
}
