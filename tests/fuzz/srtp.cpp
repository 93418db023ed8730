// The first byte picks the suite; the rest is sealed and opened, by ours and by libsrtp2, which must agree.
#include <cstdlib>

#include "oracle.hpp"

using namespace cord;
using namespace cord::engine::srtp;

namespace {

struct Buffer {
    alignas(8) std::array<std::uint8_t, 2048 + max_growth> room{};
    Packet packet{room.data(), 0};

    explicit Buffer(base::Bytes bytes) {
        packet.size = bytes.size();
        std::copy(bytes.begin(), bytes.end(), room.begin());
    }
    [[nodiscard]] bool operator==(const Buffer &o) const {
        return packet.size == o.packet.size &&
               std::equal(room.data(), room.data() + packet.size, o.room.data());
    }
};

template <class Ours, class Theirs>
void compare(base::Bytes bytes, Ours ours, Theirs theirs) {
    Buffer a(bytes);
    Buffer b(bytes);
    const bool ours_did = ours(a.packet) == Fault::none;
    const bool theirs_did = theirs(b.packet) == Fault::none;
    if (ours_did && (!theirs_did || !(a == b)))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 1 || size > 2048)
        return 0;
    const Suite suite = suites[data[0] % suites.size()].suite;
    const base::Bytes packet(data + 1, size - 1);
    const std::vector<std::uint8_t> key(MasterKey::size(suite), 7);
    const MasterKey master(suite, key);
    Context out(master, Direction::outbound);
    Context in(master, Direction::inbound);
    Oracle oracle_out(master, Direction::outbound);
    Oracle oracle_in(master, Direction::inbound);
    compare(
        packet, [&](Packet &p) { return in.unprotect_rtp(p); },
        [&](Packet &p) { return oracle_in.unprotect_rtp(p); });
    compare(
        packet, [&](Packet &p) { return in.unprotect_rtcp(p); },
        [&](Packet &p) { return oracle_in.unprotect_rtcp(p); });
    compare(
        packet, [&](Packet &p) { return out.protect_rtp(p); },
        [&](Packet &p) { return oracle_out.protect_rtp(p); });
    compare(
        packet, [&](Packet &p) { return out.protect_rtcp(p); },
        [&](Packet &p) { return oracle_out.protect_rtcp(p); });
    return 0;
}
