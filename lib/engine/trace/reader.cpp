#include "engine/trace/reader.hpp"

#include "base/text.hpp"
#include "engine/trace/ndjson.hpp"
#include "engine/trace/pcap.hpp"
#include "engine/trace/pcapng.hpp"

namespace cord::engine::trace {

FileKind recognise(base::Bytes front) {
    if (front.size() >= 4 && base::load32(front.data()) == PcapngReader::section_header)
        return FileKind::pcapng;
    if (front.size() >= 4 && PcapReader::is_magic(base::load32(front.data())))
        return FileKind::pcap;
    // RFC 1952 section 2.3.1: ID1 = 31, ID2 = 139.
    if (front.size() >= 2 && front[0] == 31 && front[1] == 139)
        return FileKind::gzip;
    const std::string_view text = base::trim(base::as_text(front));
    return text.starts_with('{') ? FileKind::ndjson : FileKind::unknown;
}

std::unique_ptr<Reader> make_reader(FileKind kind) {
    switch (kind) {
    case FileKind::pcap: return std::make_unique<PcapReader>();
    case FileKind::pcapng: return std::make_unique<PcapngReader>();
    case FileKind::ndjson: return std::make_unique<NdjsonReader>();
    default: return nullptr;
    }
}

} // namespace cord::engine::trace
