#include "engine/media/flow.hpp"

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

struct Harness {
    Flow flow;
    TranscodeId next = 1;
    Outbox out;

    explicit Harness(std::vector<PayloadRule> rules) { flow.apply(rules, next, out); }

    /// Passes a packet on.
    Bytes pass(const Bytes &packet) {
        Datagram d = out.keep_with_room(packet);
        flow.rewrite(*flow.rule(view(packet).payload_type()), view(packet), d);
        return {d.data, d.data + d.size};
    }
    void give(const Bytes &packet) {
        flow.note_transcoded_input(*flow.rule(view(packet).payload_type()), view(packet));
    }
    Bytes take(const Bytes &made, std::uint8_t from = 111) {
        Datagram d = out.keep_with_room(made);
        REQUIRE(flow.rewrite_transcoded(*flow.rule(from), d));
        return {d.data, d.data + d.size};
    }
};

const std::string event("\x05\x0a\x03\xc0", 4); // digit 5, 960 units long

} // namespace

TEST_CASE("a transcoder is opened once, kept while its rule stays, and closed with it", "[media]") {
    Harness h({opus_to_pcma()});
    REQUIRE(h.out.opened.size() == 1);
    CHECK(h.out.opened[0].from == codec("opus/48000/2"));
    CHECK(h.out.opened[0].to_payload_type == 8);
    CHECK(h.flow.renumbers());
    h.out.clear();
    h.flow.apply({opus_to_pcma(), events(48000, 8000)}, h.next, h.out);
    CHECK(h.out.opened.empty());
    CHECK(h.out.closed.empty());
    h.flow.apply({pass(8, 8, "pcma/8000")}, h.next, h.out);
    CHECK(h.out.closed == std::vector<TranscodeId>{1});
    CHECK_FALSE(h.flow.renumbers());
    CHECK(h.flow.rule(111) == nullptr);
}

TEST_CASE("transcoded audio and events share one numbering and one clock", "[media]") {
    Harness h({opus_to_pcma(), events(48000, 8000)});
    h.give(rtp(111, 500, 0xaaaa, "x", 96'000));
    const Bytes first = h.take(rtp(0, 1, 1, "y", 7777)); // the worker's own numbers
    h.give(rtp(111, 501, 0xaaaa, "x", 96'960));
    const Bytes second = h.take(rtp(0, 2, 1, "y", 7937));
    CHECK(view(first).ssrc() == 0xaaaa);
    CHECK(view(first).payload_type() == 8);
    CHECK(view(second).sequence() == view(first).sequence() + 1);
    CHECK(view(second).timestamp() == view(first).timestamp() + 160);

    const Bytes digit = h.pass(rtp(110, 502, 0xaaaa, event, 97'920));
    CHECK(view(digit).payload_type() == 101);
    CHECK(view(digit).sequence() == view(second).sequence() + 1);
    CHECK(view(digit).timestamp() == view(second).timestamp() + 160);
    CHECK(base::load16(view(digit).payload().data() + 2) == 160);
    h.give(rtp(111, 503, 0xaaaa, "x", 98'880));
    const Bytes after = h.take(rtp(0, 3, 1, "y", 7777 + 3 * 160));
    CHECK(view(after).timestamp() == view(digit).timestamp() + 160);
    CHECK(view(after).sequence() == view(digit).sequence() + 1);
}

TEST_CASE("events at 8000 Hz beside Opus are stamped on the clock of the audio", "[media]") {
    Harness h({opus_to_pcma(), events(8000, 8000)});
    h.give(rtp(111, 500, 0xaaaa, "x", 96'000));
    const Bytes first = h.take(rtp(0, 1, 1, "y", 0));
    const Bytes digit = h.pass(rtp(110, 501, 0xaaaa, event, 96'960));
    CHECK(view(digit).timestamp() == view(first).timestamp() + 160);
    CHECK(base::load16(view(digit).payload().data() + 2) == 960);
}

TEST_CASE("events between equal audio keep sequence and timestamp", "[media]") {
    Harness h({pass(8, 8, "pcma/8000"), events(8000, 8000)});
    const Bytes digit = h.pass(rtp(110, 502, 0xaaaa, event, 4000));
    CHECK(digit == rtp(101, 502, 0xaaaa, event, 4000));
}

TEST_CASE("timestamps wrap, late packets go back, a new source begins after the old one", "[media]") {
    Harness h({opus_to_pcma(), events(48000, 8000)});
    const Bytes one = h.pass(rtp(110, 1, 0xaaaa, event, 0xffffff00));
    const Bytes two = h.pass(rtp(110, 2, 0xaaaa, event, 0xffffff00 + 4800));
    CHECK(view(two).timestamp() == view(one).timestamp() + 800);
    const Bytes late = h.pass(rtp(110, 1, 0xaaaa, event, 0xffffff00 - 480));
    CHECK(view(late).timestamp() == view(one).timestamp() - 80);
    const Bytes fresh = h.pass(rtp(110, 1, 0xbbbb, event, 12));
    CHECK(view(fresh).timestamp() == view(two).timestamp() + 160);
    CHECK(view(fresh).ssrc() == 0xbbbb);
}

TEST_CASE("a transcoder that begins anew goes on where the audio is", "[media]") {
    Harness h({opus_to_pcma()});
    h.give(rtp(111, 1, 0xaaaa, "x", 0));
    const Bytes first = h.take(rtp(0, 1, 1, "y", 1000));
    h.flow.transcoder_restarted();
    h.give(rtp(111, 3, 0xaaaa, "x", 1920));
    const Bytes after = h.take(rtp(0, 1, 2, "y", 5'000'000));
    CHECK(view(after).timestamp() == view(first).timestamp() + 320);
    CHECK(view(after).sequence() == view(first).sequence() + 1);
}
