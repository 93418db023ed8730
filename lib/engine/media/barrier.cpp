#include "engine/media/barrier.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "wire/rtp/packet.hpp"
#include "wire/rtp/telephone_event.hpp"

namespace cord::engine::media {
namespace {

constexpr std::uint8_t padding_bit = 0x20;

/// RFC 6716 section 3.1: configuration 31, a frame of 20 ms in one channel, and the two bytes by which its
/// coder says that there is nothing in it.
constexpr std::array<std::uint8_t, 3> opus_silence{0xf8, 0xff, 0xfe};

/// ITU-T G.711: the code of the smallest value.
std::optional<std::uint8_t> quiet_sample(const Codec &codec) {
    if (codec.name == "pcmu")
        return 0xff;
    return codec.name == "pcma" ? std::optional<std::uint8_t>(0xd5) : std::nullopt;
}

} // namespace

bool silence(const Codec &codec, Datagram &packet) {
    const std::size_t at = *wire::rtp::clear_size(packet.bytes());
    if (auto sample = quiet_sample(codec)) {
        const std::size_t padding = wire::rtp::Packet::parse(packet.bytes())->padding();
        std::fill(packet.data + at, packet.data + packet.size - padding, *sample);
        return true;
    }
    if (codec.name != "opus")
        return false;
    packet.data[0] &= static_cast<std::uint8_t>(~padding_bit);
    packet.size = at + opus_silence.size(); // within the tail room, if the packet was shorter
    std::ranges::copy(opus_silence, packet.data + at);
    return true;
}

bool disguise(const Barrier &barrier, std::uint32_t secret, Datagram &packet) {
    if (barrier.keys == Barrier::Keys::pass)
        return true;
    if (barrier.keys == Barrier::Keys::drop)
        return false;
    auto view = wire::rtp::Packet::parse(packet.bytes());
    auto event = view ? wire::rtp::TelephoneEvent::parse(view->payload()) : std::nullopt;
    if (!event)
        return false;
    event->event = barrier.key;
    // All packets of an event have its timestamp, and so the same key.
    if (barrier.keys == Barrier::Keys::random)
        event->event = static_cast<std::uint8_t>(((view->timestamp() ^ secret) * 2'654'435'761U >> 16) % 10);
    std::ranges::copy(event->bytes(), packet.data + view->payload_at());
    return true;
}

} // namespace cord::engine::media
