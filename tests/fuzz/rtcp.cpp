#include "wire/rtp/rtcp.hpp"

using namespace cord::wire::rtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    auto compound = RtcpCompound::parse({data, size});
    if (!compound)
        return 0;
    std::size_t total = 0;
    for (const RtcpPart &part : *compound) {
        total += part.bytes.size();
        (void)sender_of(part);
        (void)sender_info(part);
        (void)report_blocks(part);
        (void)cname(part);
        (void)bye_sources(part);
        (void)bye_reason(part);
        (void)media_source(part);
        (void)nack_sequences(part);
        (void)fir_entries(part);
        (void)remb(part);
    }
    CORD_ASSERT(total == size);
    return 0;
}
