#include "engine/trace/pcap.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace cord::engine::trace {
namespace {

constexpr std::uint32_t microsecond_magic = 0xA1B2C3D4;
constexpr std::uint32_t nanosecond_magic = 0xA1B23C4D;
// Written by patched kernels: eight more bytes in front of each packet.
constexpr std::uint32_t modified_magic = 0xA1B2CD34;
constexpr std::size_t file_header_size = 24;

bool is_known(std::uint32_t magic) {
    return magic == microsecond_magic || magic == nanosecond_magic || magic == modified_magic;
}

} // namespace

bool PcapReader::is_magic(std::uint32_t first) {
    return is_known(first) || is_known(__builtin_bswap32(first));
}

base::Result<Step> PcapReader::header(base::Bytes window) {
    if (window.size() < file_header_size)
        return Step{};
    std::uint32_t magic = base::load32(window.data());
    fields_ = Fields(!is_known(magic));
    magic = fields_.u32(window.data());
    if (!is_known(magic))
        return base::fail("not a pcap file");
    nanoseconds_ = magic == nanosecond_magic;
    record_header_ = magic == modified_magic ? 24 : 16;
    // The upper four bits tell of a frame check sequence, which nothing here needs to know.
    link_type_ = fields_.u32(&window[20]) & 0x0FFFFFFF;
    started_ = true;
    return Step{file_header_size, {}};
}

base::Result<Step> PcapReader::step(base::Bytes window) {
    if (!started_)
        return header(window);
    if (window.size() < record_header_)
        return Step{};
    const std::uint32_t captured = fields_.u32(&window[8]);
    if (captured > base::limits::trace_packet)
        return base::fail("a packet record longer than any packet");
    if (window.size() - record_header_ < captured)
        return Step{};
    const std::chrono::seconds seconds(fields_.u32(&window[0]));
    const std::chrono::nanoseconds fraction(std::int64_t{fields_.u32(&window[4])} *
                                            (nanoseconds_ ? 1 : 1000));
    const Packet packet{Stamp(seconds + fraction), link_type_, window.subspan(record_header_, captured),
                        std::max(fields_.u32(&window[12]), captured)};
    return Step{record_header_ + captured, packet};
}

} // namespace cord::engine::trace
