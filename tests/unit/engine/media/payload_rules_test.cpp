#include "engine/media/payload_rules.hpp"

#include "plans.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::media;

namespace {

PayloadRule opus_to_pcma() {
    return {.from = 111,
            .to = 8,
            .from_codec = codec("opus/48000/2"),
            .to_codec = codec("pcma/8000"),
            .transcode = true};
}

PayloadRule events(std::uint32_t from_rate, std::uint32_t to_rate) {
    return {.from = 110,
            .to = 101,
            .from_codec = codec("telephone-event/" + std::to_string(from_rate)),
            .to_codec = codec("telephone-event/" + std::to_string(to_rate))};
}

Datagram with_room(Outbox &out, const Bytes &packet) {
    Bytes bytes(head_room);
    bytes.insert(bytes.end(), packet.begin(), packet.end());
    return out.keep_with_room(std::move(bytes));
}

struct Harness {
    PayloadRules payloads;
    TranscodeId next = 1;
    Outbox out;

    void apply(std::vector<PayloadRule> rules) {
        out.clear();
        payloads.apply(rules, next, out);
    }
    Bytes pass(const Bytes &packet) {
        Datagram d = with_room(out, packet);
        PayloadRules::rewrite(*payloads.rule(view(packet).payload_type()), view(packet), d);
        return {d.data, d.data + d.size};
    }
};

} // namespace

TEST_CASE("a transcoder is opened once, kept while the rules stay, and closed with them", "[media]") {
    Harness h;
    h.apply({opus_to_pcma(), events(48000, 8000)});
    REQUIRE(h.out.opened.size() == 1);
    CHECK(h.out.opened[0].id == h.payloads.transcoder());
    CHECK(wire::rtp::payload_map_text(h.out.opened[0].from) == "110=telephone-event/48000 111=opus/48000/2");
    CHECK(wire::rtp::payload_map_text(h.out.opened[0].to) == "8=pcma/8000 101=telephone-event/8000");
    h.apply({opus_to_pcma(), events(48000, 8000)});
    CHECK(h.out.opened.empty());
    CHECK(h.out.closed.empty());
    h.apply({pass(8, 8, "pcma/8000")});
    CHECK(h.out.closed == std::vector<TranscodeId>{1});
    CHECK(h.payloads.transcoder() == 0);
    CHECK(h.payloads.rule(111) == nullptr);
}

TEST_CASE("a new transcoder goes on where the old one stopped", "[media]") {
    Harness h;
    h.apply({opus_to_pcma()});
    Datagram made = with_room(h.out, rtp(8, 700, 1, "alaw", 16'000));
    REQUIRE(h.payloads.adopt(made, 0xaaaa));
    CHECK(wire::rtp::Packet::parse(made.bytes())->ssrc() == 0xaaaa);
    h.apply({opus_to_pcma(), events(8000, 8000)});
    CHECK(h.out.closed == std::vector<TranscodeId>{1});
    REQUIRE(h.out.opened.size() == 1);
    CHECK(h.out.opened[0].start.sequence == 701);
    CHECK(h.out.opened[0].start.timestamp == 16'960);
}

TEST_CASE("events that are passed on keep numbers and time, and count in the other clock", "[media]") {
    const std::string digit("\x05\x0a\x03\xc0", 4); // 5, 960 units long
    const std::string scaled("\x05\x0a\x00\xa0", 4);
    Harness h;
    h.apply({pass(8, 8, "pcma/8000"), events(8000, 8000)});
    CHECK(h.pass(rtp(110, 502, 0xaaaa, digit, 4000)) == rtp(101, 502, 0xaaaa, digit, 4000));
    h.apply({pass(8, 8, "pcma/8000"), events(48000, 8000)});
    CHECK(h.pass(rtp(110, 502, 0xaaaa, digit, 4000)) == rtp(101, 502, 0xaaaa, scaled, 4000));
}
