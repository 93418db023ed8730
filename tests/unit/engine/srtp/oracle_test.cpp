// Ours and libsrtp2 do the same with the same packets, byte for byte, also with those that are lost, late,
// doubled or changed on the way.
#include "oracle.hpp"

#include <deque>

#include "base/random.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::srtp;

namespace {

struct Buffer {
    alignas(8) std::array<std::uint8_t, 512> room{};
    std::size_t size = 0;

    [[nodiscard]] Packet packet() { return {room.data(), size}; }
    bool operator==(const Buffer &o) const {
        return size == o.size &&
               std::equal(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size), o.room.begin());
    }
};

MasterKey random_key(Suite suite, base::Random &random) {
    std::vector<std::uint8_t> bytes(MasterKey::size(suite));
    random.fill(bytes);
    return {suite, bytes};
}

/// A packet of one of a few sources, sometimes with contributing sources and an extension.
Buffer make_rtp(std::uint16_t sequence, base::Random &random) {
    Buffer b;
    b.size = 12 + random.below(300);
    random.fill({b.room.data(), b.size});
    b.room[0] = 0x80;
    if (random.below(4) == 0 && b.size > 60) {
        b.room[0] = static_cast<std::uint8_t>(0x90 | random.below(4));
        base::store16(&b.room[12 + 4 * (b.room[0] & 15U) + 2], static_cast<std::uint16_t>(random.below(6)));
    }
    base::store16(&b.room[2], sequence);
    base::store32(&b.room[8], static_cast<std::uint32_t>(1 + random.below(3)));
    return b;
}

Buffer make_rtcp(base::Random &random) {
    Buffer b;
    b.size = 8 + 4 * random.below(40);
    random.fill({b.room.data(), b.size});
    b.room[0] = 0x81;
    b.room[1] = 200;
    base::store32(&b.room[4], static_cast<std::uint32_t>(1 + random.below(3)));
    return b;
}

struct Ends {
    Ends(Suite suite, base::Random &random) : Ends(random_key(suite, random)) {}
    explicit Ends(const MasterKey &key)
        : ours_out(key, Direction::outbound), ours_in(key, Direction::inbound),
          theirs_out(key, Direction::outbound), theirs_in(key, Direction::inbound) {}
    Context ours_out;
    Context ours_in;
    Oracle theirs_out;
    Oracle theirs_in;
};

struct Sealed {
    Buffer bytes;
    bool rtcp;
};

} // namespace

TEST_CASE("ours and libsrtp2 agree on everything", "[srtp]") {
    const Suite suite = GENERATE(Suite::aead_aes_256_gcm, Suite::aead_aes_128_gcm,
                                 Suite::aes_256_cm_hmac_sha1_80, Suite::aes_256_cm_hmac_sha1_32,
                                 Suite::aes_cm_128_hmac_sha1_80, Suite::aes_cm_128_hmac_sha1_32);
    base::SeededRandom random(static_cast<std::uint64_t>(suite));
    Ends ends(suite, random);
    std::deque<Sealed> wire;
    std::uint16_t sequence = 65'000; // wraps soon
    std::size_t disagreements = 0;
    std::size_t opened = 0;
    for (int n = 0; n < 6000; ++n) {
        const bool rtcp = random.below(8) == 0;
        sequence = static_cast<std::uint16_t>(sequence + 1 + random.below(4));
        Buffer ours = rtcp ? make_rtcp(random) : make_rtp(sequence, random);
        Buffer theirs = ours;
        Packet a = ours.packet();
        Packet b = theirs.packet();
        Fault fa = rtcp ? ends.ours_out.protect_rtcp(a) : ends.ours_out.protect_rtp(a);
        Fault fb = rtcp ? ends.theirs_out.protect_rtcp(b) : ends.theirs_out.protect_rtp(b);
        ours.size = a.size;
        theirs.size = b.size;
        disagreements += fa == fb && (fa != Fault::none || ours == theirs) ? 0 : 1;
        if (fa == Fault::none && random.below(10) != 0) // one in ten is lost
            wire.insert(wire.end() - static_cast<std::ptrdiff_t>(
                                         random.below(std::min<std::size_t>(wire.size() + 1, 5))),
                        {ours, rtcp});
        if (wire.size() < 8)
            continue;
        Sealed arrived = wire.front();
        if (random.below(10) != 0) // one in ten comes again
            wire.pop_front();
        if (random.below(10) == 0)
            arrived.bytes.room[random.below(arrived.bytes.size)] ^=
                static_cast<std::uint8_t>(1 + random.below(255));
        Sealed copy = arrived;
        a = arrived.bytes.packet();
        b = copy.bytes.packet();
        fa = arrived.rtcp ? ends.ours_in.unprotect_rtcp(a) : ends.ours_in.unprotect_rtp(a);
        fb = copy.rtcp ? ends.theirs_in.unprotect_rtcp(b) : ends.theirs_in.unprotect_rtp(b);
        arrived.bytes.size = a.size;
        copy.bytes.size = b.size;
        const bool same =
            (fa == Fault::none) == (fb == Fault::none) && (fa != Fault::none || arrived.bytes == copy.bytes);
        disagreements += same ? 0 : 1;
        opened += fa == Fault::none ? 1 : 0;
    }
    CHECK(disagreements == 0);
    CHECK(opened > 4000);
}
