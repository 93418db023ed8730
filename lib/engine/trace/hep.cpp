#include "engine/trace/hep.hpp"

#include <algorithm>

#include <zlib.h>

#include "base/limits.hpp"

namespace cord::engine::trace {
namespace {

using base::Bytes;

// Chunks of vendor 0.
namespace chunk {
constexpr std::uint16_t ip_protocol = 2;
constexpr std::uint16_t ipv4_source = 3;
constexpr std::uint16_t ipv4_destination = 4;
constexpr std::uint16_t ipv6_source = 5;
constexpr std::uint16_t ipv6_destination = 6;
constexpr std::uint16_t source_port = 7;
constexpr std::uint16_t destination_port = 8;
constexpr std::uint16_t seconds = 9;
constexpr std::uint16_t microseconds = 10;
constexpr std::uint16_t protocol_type = 11;
constexpr std::uint16_t payload = 15;
constexpr std::uint16_t compressed_payload = 16;
} // namespace chunk

std::uint64_t number(Bytes b) {
    std::uint64_t out = 0;
    for (const std::uint8_t byte : b.first(std::min<std::size_t>(b.size(), 8)))
        out = out << 8 | byte;
    return out;
}

base::IpAddress address(Bytes b, bool v6) {
    base::IpAddress out;
    out.v6 = v6;
    std::copy_n(b.begin(), std::min<std::size_t>(b.size(), v6 ? 16 : 4), out.bytes.begin());
    return out;
}

// The specification says "gzip/inflate"; agents send zlib (RFC 1950).
bool inflate_all(Bytes in, std::string &out) {
    uLongf size = base::limits::trace_message;
    out.resize(size);
    const bool good = uncompress(reinterpret_cast<Bytef *>(out.data()), &size, in.data(), in.size()) == Z_OK;
    out.resize(good ? size : 0);
    return good;
}

Transport transport_of(std::uint64_t ip_protocol) {
    switch (ip_protocol) {
    case 6: return Transport::tcp;
    case 132: return Transport::sctp;
    default: return Transport::udp;
    }
}

} // namespace

bool Hep::is_one(Bytes packet) { return base::as_text(packet).starts_with("HEP3"); }

std::optional<Hep> Hep::parse(Bytes packet, std::string &inflated) {
    Hep out;
    std::chrono::nanoseconds time{};
    base::ByteReader in(packet);
    in.skip(4);
    // The length counts the whole packet, magic and itself too.
    const std::size_t length = in.u16();
    if (!is_one(packet) || length < 6 || length > packet.size())
        return std::nullopt;
    base::ByteReader chunks(packet.subspan(6, length - 6));
    while (chunks.left() >= 6) {
        const bool general = chunks.u16() == 0;
        const std::uint16_t type = chunks.u16();
        const std::size_t size = chunks.u16(); // of the chunk, these six bytes too
        const Bytes value = chunks.take(size < 6 ? SIZE_MAX : size - 6);
        if (!chunks.ok())
            return std::nullopt;
        if (!general)
            continue;
        switch (type) {
        case chunk::ip_protocol: out.transport = transport_of(number(value)); break;
        case chunk::ipv4_source: out.way.src.ip = address(value, false); break;
        case chunk::ipv4_destination: out.way.dst.ip = address(value, false); break;
        case chunk::ipv6_source: out.way.src.ip = address(value, true); break;
        case chunk::ipv6_destination: out.way.dst.ip = address(value, true); break;
        case chunk::source_port: out.way.src.port = static_cast<std::uint16_t>(number(value)); break;
        case chunk::destination_port: out.way.dst.port = static_cast<std::uint16_t>(number(value)); break;
        case chunk::seconds: time += std::chrono::seconds(number(value) & UINT32_MAX); break;
        case chunk::microseconds: time += std::chrono::microseconds(number(value) & UINT32_MAX); break;
        case chunk::protocol_type: out.protocol = static_cast<std::uint8_t>(number(value)); break;
        case chunk::payload: out.payload = value; break;
        case chunk::compressed_payload:
            if (!inflate_all(value, inflated))
                return std::nullopt;
            out.payload = base::as_bytes(inflated);
            break;
        default: break;
        }
    }
    out.at = Stamp(time);
    return out;
}

} // namespace cord::engine::trace
