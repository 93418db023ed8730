#include "engine/media/rewrite.hpp"

#include "peers.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::media;

namespace {

struct Room {
    explicit Room(const Bytes &bytes) : buffer(head_room + bytes.size() + tail_room) {
        std::copy(bytes.begin(), bytes.end(), buffer.begin() + head_room);
        datagram = {buffer.data() + head_room, bytes.size()};
    }
    [[nodiscard]] Bytes bytes() const { return {datagram.data, datagram.data + datagram.size}; }
    Bytes buffer;
    Datagram datagram;
};

} // namespace

TEST_CASE("a mid is put in and taken out again, contributing sources stay", "[media]") {
    Bytes packet = rtp(8, 7, 0x1234);
    if (GENERATE(false, true)) {
        packet[0] |= 2;
        packet.insert(packet.begin() + 12, {1, 2, 3, 4, 5, 6, 7, 8});
    }
    const std::string mid = GENERATE("0", "audio", "video0", "sixteen-letters!");
    Room room(packet);
    add_mid(room.datagram, 4, mid);
    const Bytes with_mid = room.bytes();
    REQUIRE(wire::rtp::Packet::parse(with_mid));
    CHECK(base::as_text(*view(with_mid).element(4)) == mid);
    CHECK(base::as_text(view(with_mid).payload()) == "payload");
    CHECK(view(with_mid).csrc_count() == view(packet).csrc_count());
    strip_extension(room.datagram);
    CHECK(room.bytes() == packet);
    strip_extension(room.datagram);
    CHECK(room.bytes() == packet);
}

TEST_CASE("a mid that does not fit, or is not negotiated, is left out", "[media]") {
    Room room(rtp(8, 7, 0x1234));
    add_mid(room.datagram, 0, "0");
    add_mid(room.datagram, 15, "0");
    add_mid(room.datagram, 4, "");
    add_mid(room.datagram, 4, "seventeen-letters");
    CHECK(room.bytes() == rtp(8, 7, 0x1234));
}
