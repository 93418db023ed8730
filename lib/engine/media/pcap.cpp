#include "engine/media/pcap.hpp"

namespace cord::engine::media {
namespace {

constexpr std::uint8_t udp_protocol = 17, hop_limit = 64;
constexpr std::uint16_t udp_header = 8;

/// RFC 1071: the one's complement sum of 16-bit words, before it is complemented.
std::uint64_t sum(base::Bytes bytes) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
        out += base::load16(bytes.data() + i);
    return bytes.size() % 2 == 0 ? out : out + (bytes.back() << 8U);
}

std::uint16_t checksum(std::uint64_t total) {
    while (total > 0xffff)
        total = (total & 0xffff) + (total >> 16);
    return static_cast<std::uint16_t>(~total);
}

base::Bytes address_of(const base::Endpoint &endpoint) {
    return base::Bytes(endpoint.ip.bytes).first(endpoint.ip.v6 ? 16 : 4);
}

/// RFC 791 section 3.1, or RFC 8200 section 3.
void append_ip(std::vector<std::uint8_t> &out, const base::Endpoint &from, const base::Endpoint &to,
               std::uint16_t udp_size) {
    constexpr std::uint16_t header = 20;
    const std::size_t start = out.size();
    base::ByteWriter write(out);
    if (from.ip.v6) {
        write.u32(6U << 28);
        write.u16(udp_size);
        write.u8(udp_protocol);
        write.u8(hop_limit);
    } else {
        write.u16(0x4500);
        write.u16(static_cast<std::uint16_t>(header + udp_size));
        write.u32(0);
        write.u8(hop_limit);
        write.u8(udp_protocol);
        write.u16(0);
    }
    write.bytes(address_of(from));
    write.bytes(address_of(to));
    if (!from.ip.v6)
        base::store16(out.data() + start + 10, checksum(sum(base::Bytes(out).subspan(start, header))));
}

/// RFC 768, with the pseudo header of RFC 8200 section 8.1, whose sum is that of IPv4, too.
void append_udp(std::vector<std::uint8_t> &out, const base::Endpoint &from, const base::Endpoint &to,
                base::Bytes payload) {
    const auto size = static_cast<std::uint16_t>(udp_header + payload.size());
    const std::size_t start = out.size();
    base::ByteWriter write(out);
    write.u16(from.port);
    write.u16(to.port);
    write.u16(size);
    write.u16(0);
    write.bytes(payload);
    const std::uint16_t check = checksum(sum(address_of(from)) + sum(address_of(to)) + size + udp_protocol +
                                         sum(base::Bytes(out).subspan(start)));
    // "If the computed checksum is zero, it is transmitted as all ones".
    base::store16(out.data() + start + 6, check == 0 ? 0xffff : check);
}

} // namespace

void append_pcap_header(std::vector<std::uint8_t> &out) {
    constexpr std::uint32_t magic = 0xa1b2c3d4, longest = 65'535, raw_ip = 101;
    base::ByteWriter write(out);
    write.u32(magic);
    write.u16(2); // the version, 2.4
    write.u16(4);
    write.u64(0);
    write.u32(longest);
    write.u32(raw_ip);
}

void append_pcap_datagram(std::vector<std::uint8_t> &out, base::UnixTime at, const base::Endpoint &from,
                          const base::Endpoint &to, base::Bytes payload) {
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
    const auto udp_size = static_cast<std::uint16_t>(udp_header + payload.size());
    const std::uint32_t size = (from.ip.v6 ? 40U : 20U) + udp_size;
    base::ByteWriter write(out);
    write.u32(static_cast<std::uint32_t>(us / 1'000'000));
    write.u32(static_cast<std::uint32_t>(us % 1'000'000));
    write.u32(size);
    write.u32(size);
    append_ip(out, from, to, udp_size);
    append_udp(out, from, to, payload);
}

} // namespace cord::engine::media
