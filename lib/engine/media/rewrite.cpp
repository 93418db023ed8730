#include "engine/media/rewrite.hpp"

#include <cstring>

#include "wire/rtp/packet.hpp"

namespace cord::engine::media {
namespace {

constexpr std::uint8_t extension_bit = 0x10;

} // namespace

void strip_extension(Datagram &packet) {
    if ((packet.data[0] & extension_bit) == 0)
        return;
    const std::size_t fixed = wire::rtp::extension_at(packet.bytes());
    const std::size_t gone = *wire::rtp::clear_size(packet.bytes()) - fixed;
    packet.data[0] &= static_cast<std::uint8_t>(~extension_bit);
    std::memmove(packet.data + gone, packet.data, fixed);
    packet.data += gone;
    packet.size -= gone;
}

void add_mid(Datagram &packet, std::uint8_t id, std::string_view mid) {
    if (id == 0 || id > 14 || mid.empty() || mid.size() > longest_mid)
        return;
    const std::size_t fixed = wire::rtp::extension_at(packet.bytes());
    const std::size_t words = (1 + mid.size() + 3) / 4;
    const std::size_t added = 4 + 4 * words;
    static_assert(4 + 4 * ((1 + longest_mid + 3) / 4) <= head_room);
    std::memmove(packet.data - added, packet.data, fixed);
    packet.data -= added;
    packet.size += added;
    packet.data[0] |= extension_bit;
    std::uint8_t *at = packet.data + fixed;
    // RFC 8285 section 4.2: profile 0xBEDE, then elements of an identifier and the length minus one, then
    // padding.
    base::store16(at, 0xbede);
    base::store16(at + 2, static_cast<std::uint16_t>(words));
    std::memset(at + 4, 0, 4 * words);
    at[4] = static_cast<std::uint8_t>(id << 4 | (mid.size() - 1));
    std::memcpy(at + 5, mid.data(), mid.size());
}

} // namespace cord::engine::media
