// AMR payloads: the first octet chooses band and layout.
#include "wire/rtp/amr.hpp"

using namespace cord;
using namespace cord::wire::rtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size == 0)
        return 0;
    const AmrLayout layout{(*data & 1) != 0 ? AmrBand::wide : AmrBand::narrow, (*data & 2) != 0};
    auto payload = parse_amr({data + 1, size - 1}, layout);
    if (!payload)
        return 0;
    // What is written reads back as it was, and is no longer than what was read.
    std::vector<std::uint8_t> again;
    append_amr(again, *payload, layout);
    CORD_ASSERT(again.size() <= size - 1 && parse_amr(again, layout) == *payload);
    return 0;
}
