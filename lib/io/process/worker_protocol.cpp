#include "io/process/worker_protocol.hpp"

#include <type_traits>

namespace cord::io::process::worker {

// The first octet of a record, by the order of `Message`.
enum class Type : std::uint8_t { open = 1, packet = 2, close = 3, refused = 4 };

static void put(base::ByteWriter &w, const Open &m) {
    const std::string from = wire::rtp::payload_map_text(m.from);
    w.u32(m.start.ssrc);
    w.u16(m.start.sequence);
    w.u32(m.start.timestamp);
    w.u16(static_cast<std::uint16_t>(from.size()));
    w.text(from);
    w.text(wire::rtp::payload_map_text(m.to));
}
static void put(base::ByteWriter &w, const Packet &m) { w.bytes(m.rtp); }
static void put(base::ByteWriter &, const Close &) {}
static void put(base::ByteWriter &w, const Refused &m) { w.text(m.reason); }

std::vector<std::uint8_t> encode(const Message &message) {
    std::vector<std::uint8_t> out;
    base::ByteWriter w(out);
    w.u8(static_cast<std::uint8_t>(message.index() + 1));
    std::visit(
        [&w](const auto &m) {
            w.u32(m.id);
            put(w, m);
        },
        message);
    return out;
}

std::array<std::uint8_t, 5> packet_head(std::uint32_t id) {
    std::array<std::uint8_t, 5> out{static_cast<std::uint8_t>(Type::packet)};
    base::store32(out.data() + 1, id);
    return out;
}

static std::optional<Message> read_open(std::uint32_t id, base::ByteReader r) {
    Open open;
    open.id = id;
    open.start.ssrc = r.u32();
    open.start.sequence = r.u16();
    open.start.timestamp = r.u32();
    base::Bytes from_text = r.take(r.u16());
    auto from = wire::rtp::parse_payload_map(base::as_text(from_text));
    auto to = wire::rtp::parse_payload_map(base::as_text(r.rest()));
    if (!r.ok() || !from || !to)
        return {};
    open.from = std::move(*from);
    open.to = std::move(*to);
    return open;
}

std::optional<Message> decode(base::Bytes record) {
    base::ByteReader r(record);
    auto type = static_cast<Type>(r.u8());
    std::uint32_t id = r.u32();
    if (!r.ok())
        return {};
    switch (type) {
    case Type::open: return read_open(id, r);
    case Type::packet: return Packet{id, r.rest()};
    case Type::close: return Close{id};
    case Type::refused: return Refused{id, base::as_text(r.rest())};
    }
    return {};
}

} // namespace cord::io::process::worker
