// Forwarding allocates nothing. A program of its own, since it replaces operator new.
#include <cstdlib>
#include <new>

#include "calls.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::media;

namespace {

std::size_t allocations = 0;

} // namespace

void *operator new(std::size_t size) {
    ++allocations;
    if (void *p = std::malloc(size))
        return p;
    throw std::bad_alloc();
}
void *operator new(std::size_t size, const std::nothrow_t &) noexcept {
    ++allocations;
    return std::malloc(size);
}
void operator delete(void *p) noexcept { std::free(p); }
void operator delete(void *p, const std::nothrow_t &) noexcept { std::free(p); }
void operator delete(void *p, std::size_t) noexcept { std::free(p); }

TEST_CASE("forwarding a packet allocates nothing", "[media]") {
    BrowserCall call;
    call.plan.sides[0].streams[0]->mid = "0";
    call.plan.sides[0].streams[0]->mid_extension = 4;
    call.connect();
    call.phone.send(20, rtp(8, 1, 0xbbbb));
    const Bytes packet = rtp(8, 2, 0xbbbb);
    Bytes room(head_room + packet.size() + tail_room);
    Engine &engine = call.world.engine;
    const base::Endpoint phone = call.phone.address;
    for (std::uint16_t sequence = 2; sequence < 100; ++sequence) {
        std::copy(packet.begin(), packet.end(), room.begin() + head_room);
        base::store16(&room[head_room + 2], sequence);
        const std::size_t before = allocations;
        engine.receive(20, phone, {&room[head_room], packet.size()}, call.world.now);
        const bool sent = engine.outbox().sends.size() == 1;
        engine.outbox().clear();
        const std::size_t after = allocations;
        REQUIRE(sent);
        REQUIRE(after == before);
    }
}
