// Packets in RFC 4571 frames through both directions of a call's codecs: what a stranger's bitstream can
// reach.
#include "io/codec/transcoder.hpp"
#include "wire/rtp/stream.hpp"

using namespace cord;
using namespace cord::io::codec;

static void run(base::Bytes stream, const char *from, const char *to) {
    std::uint16_t next = 0;
    auto transcoder =
        Transcoder::make(wire::rtp::parse_payload_map(from).value(), wire::rtp::parse_payload_map(to).value(),
                         {1, 0, 0}, 2, [&next](base::Bytes rtp) {
                             CORD_ASSERT(wire::rtp::Packet::parse(rtp)->sequence() == next);
                             ++next;
                         });
    wire::rtp::StreamReader reader;
    reader.feed(stream);
    for (;;) {
        auto item = reader.next();
        if (!item || !*item)
            break;
        if (auto packet = wire::rtp::Packet::parse((*item)->bytes))
            (*transcoder)->push(*packet);
    }
    (*transcoder)->finish();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    // A packet can stand for a minute's pause at most, but there may be many.
    if (size > 4096)
        return 0;
    run({data, size}, "111=opus/48000/2 110=telephone-event/48000", "8=pcma/8000 101=telephone-event/8000");
    run({data, size}, "0=pcmu 8=pcma 96=l16/44100/2", "111=opus/48000/2;complexity=0");
    return 0;
}
