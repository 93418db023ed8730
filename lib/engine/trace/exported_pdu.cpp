#include "engine/trace/exported_pdu.hpp"

#include <algorithm>

namespace cord::engine::trace {
namespace {

// Of Wireshark's wsutil/exported_pdu_tlvs.h.
namespace tag {
constexpr std::uint16_t end = 0;
constexpr std::uint16_t dissector = 12;
constexpr std::uint16_t ipv4_source = 20;
constexpr std::uint16_t ipv4_destination = 21;
constexpr std::uint16_t ipv6_source = 22;
constexpr std::uint16_t ipv6_destination = 23;
constexpr std::uint16_t port_type = 24;
constexpr std::uint16_t source_port = 25;
constexpr std::uint16_t destination_port = 26;
constexpr std::uint16_t original_frame = 30;
} // namespace tag

void set_address(base::Endpoint &out, base::Bytes value, std::size_t size) {
    if (value.size() != size)
        return;
    out.ip.v6 = size == 16;
    std::copy(value.begin(), value.end(), out.ip.bytes.begin());
}

std::uint32_t number(base::Bytes value) { return value.size() == 4 ? base::load32(value.data()) : 0; }

Transport transport_of(std::uint32_t port_type) {
    switch (port_type) {
    case 1: return Transport::sctp;
    case 2: return Transport::tcp;
    default: return Transport::udp;
    }
}

} // namespace

std::optional<ExportedPdu> ExportedPdu::parse(base::Bytes frame) {
    ExportedPdu out;
    base::ByteReader in(frame);
    for (;;) {
        const std::uint16_t type = in.u16();
        const base::Bytes value = in.take(in.u16());
        if (!in.ok())
            return std::nullopt;
        switch (type) {
        case tag::end: out.payload = in.rest(); return out;
        case tag::dissector:
            out.dissector = base::as_text(value);
            // Padded with zeros to a multiple of four.
            out.dissector = out.dissector.substr(0, out.dissector.find('\0'));
            break;
        case tag::ipv4_source: set_address(out.way.src, value, 4); break;
        case tag::ipv4_destination: set_address(out.way.dst, value, 4); break;
        case tag::ipv6_source: set_address(out.way.src, value, 16); break;
        case tag::ipv6_destination: set_address(out.way.dst, value, 16); break;
        case tag::port_type: out.transport = transport_of(number(value)); break;
        case tag::source_port: out.way.src.port = static_cast<std::uint16_t>(number(value)); break;
        case tag::destination_port: out.way.dst.port = static_cast<std::uint16_t>(number(value)); break;
        case tag::original_frame: out.frame = number(value); break;
        default: break;
        }
    }
}

} // namespace cord::engine::trace
