// Ogg Opus as a file would have it, and what is read written again.
#include "io/codec/ogg_opus.hpp"

using namespace cord;
using namespace cord::io::codec;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    OggOpusReader reader;
    std::vector<std::uint8_t> again;
    OggOpusWriter writer(1, 1, again);
    std::size_t packets = 0;
    for (std::size_t at = 0; at < size; at += 100) {
        reader.feed({data + at, std::min<std::size_t>(100, size - at)});
        while (auto rtp = reader.next()) {
            auto packet = wire::rtp::Packet::parse(*rtp);
            CORD_ASSERT(packet.has_value());
            writer.packet(*packet, again);
            ++packets;
        }
    }
    writer.finish(again);
    // Nothing that was a packet is lost in what was written.
    OggOpusReader check;
    check.feed(again);
    std::size_t seen = 0;
    while (check.next())
        ++seen;
    CORD_ASSERT(seen >= packets);
    return 0;
}
