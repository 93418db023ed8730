// Video as a stranger sends it: the first octet chooses the codec, then come packets' payloads, each after an
// octet with its length (of which 255 stands for eight times as much) and one whose bits say marker and loss.
// What comes out of the packets is decoded, and packed again it comes out the same.
#include <algorithm>
#include <array>

#include "io/codec/codec.hpp"
#include "io/codec/video_source.hpp"

using namespace cord;
using namespace cord::io::codec;

namespace {

using Octets = std::vector<std::uint8_t>;

/// The frame, packed and unpacked.
Octets passed(const CodecSpec &codec, base::Bytes frame) {
    std::vector<Octets> payloads;
    auto format = make_video_payload(codec);
    format->pack(frame, payloads);
    Octets out;
    for (const Octets &payload : payloads)
        if (!format->unpack(payload, out))
            return {};
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static constexpr std::array codecs{"vp8", "h264", "h264;packetization-mode=1", "h263", "h263+"};
    if (size == 0 || size > 16'384)
        return 0;
    const CodecSpec codec = completed(CodecSpec::parse(codecs[data[0] % codecs.size()]).value()).value();
    auto decoder = make_video_decoder(codec);
    std::vector<Picture> pictures;
    VideoSource source({{96, codec}}, [&](const VideoSource::Frame &frame) {
        CORD_ASSERT(!frame.bytes.empty());
        const Octets once = passed(codec, frame.bytes);
        CORD_ASSERT(passed(codec, once) == once);
        pictures.clear();
        if (decoder)
            (void)(*decoder)->decode(frame.bytes, pictures);
    });
    base::ByteReader r({data + 1, size - 1});
    Octets packet;
    for (std::uint16_t n = 0; r.left() > 0; ++n) {
        const std::size_t length = r.u8();
        const std::uint8_t flags = r.u8();
        const base::Bytes payload = r.take(std::min(length == 255 ? 2040 : length, r.left()));
        packet.clear();
        wire::rtp::append_header(packet, {96, (flags & 1) != 0, n, 3000u * (flags >> 4), 7});
        packet.insert(packet.end(), payload.begin(), payload.end());
        if (auto rtp = wire::rtp::Packet::parse(packet))
            source.take({*rtp, n == 0, (flags & 2) != 0 ? 1u : 0u});
    }
    source.finish();
    return 0;
}
