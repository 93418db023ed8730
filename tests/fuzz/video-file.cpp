// Files of video, IVF, Annex B and Y4M, in pieces of 100 octets; the frames of the first two are written
// again as a file that reads back.
#include <algorithm>

#include "io/codec/video_file.hpp"
#include "io/codec/y4m.hpp"

using namespace cord;
using namespace cord::io::codec;

namespace {

using Octets = std::vector<std::uint8_t>;

std::vector<Octets> packets_of(base::Bytes file, wire::rtp::CodecSpec &codec) {
    std::vector<Octets> out;
    if (!VideoFileReader::recognises(file))
        return out;
    VideoFileReader reader;
    auto drain = [&] {
        for (;;) {
            auto packet = reader.next();
            if (!packet || !*packet)
                return packet.has_value();
            CORD_ASSERT(wire::rtp::Packet::parse(**packet));
            out.push_back(std::move(**packet));
        }
    };
    bool well = true;
    // The first piece tells what it is.
    for (std::size_t at = 0; well && at < file.size(); at += 100) {
        reader.feed(file.subspan(at, std::min<std::size_t>(100, file.size() - at)));
        well = drain();
    }
    reader.finish();
    if (well)
        (void)drain();
    codec = reader.codec();
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size > 16'384)
        return 0;
    const base::Bytes file{data, size};
    wire::rtp::CodecSpec codec;
    const auto packets = packets_of(file, codec);
    if (!packets.empty()) {
        VideoFileWriter writer(video_file_payload_type, codec);
        Octets again;
        for (const Octets &packet : packets)
            writer.packet(*wire::rtp::Packet::parse(packet), again);
        writer.finish(again);
        CORD_ASSERT(again.empty() || !packets_of(again, codec).empty());
    }
    Y4mReader pictures;
    for (std::size_t at = 0; at < size; at += 100) {
        pictures.feed(file.subspan(at, std::min<std::size_t>(100, size - at)));
        for (auto picture = pictures.next(); picture && *picture; picture = pictures.next())
            CORD_ASSERT((*picture)->width == pictures.header()->width);
    }
    return 0;
}
