#include "wire/rtp/packet.hpp"
#include "wire/rtp/telephone_event.hpp"

using namespace cord::wire::rtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    auto packet = Packet::parse({data, size});
    if (!packet)
        return 0;
    CORD_ASSERT(packet->payload_at() + packet->payload().size() + packet->padding() == size);
    for (std::size_t n = 0; n < packet->csrc_count(); ++n)
        (void)packet->csrc(n);
    for (unsigned id = 0; id < 256; ++id)
        (void)packet->element(static_cast<std::uint8_t>(id));
    (void)TelephoneEvent::parse(packet->payload());
    return 0;
}
