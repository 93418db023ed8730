#include "io/codec/sequencer.hpp"

#include "support/catch.hpp"

using namespace cord;
using namespace cord::io::codec;

namespace {

std::vector<std::uint8_t> rtp(std::uint16_t sequence, std::uint32_t ssrc = 1) {
    std::vector<std::uint8_t> out;
    wire::rtp::append_header(out, {8, false, sequence, 160u * sequence, ssrc});
    out.push_back(0xd5);
    return out;
}

/// Pushes packets of these numbers and writes what comes out: "B" begins a source, "-" is one lost before.
struct Log {
    explicit Log(std::size_t window) : sequencer(window) {}
    Log &push(std::initializer_list<std::uint16_t> sequences, std::uint32_t ssrc = 1) {
        for (std::uint16_t s : sequences) {
            const auto bytes = rtp(s, ssrc);
            sequencer.push(*wire::rtp::Packet::parse(bytes));
            drain();
        }
        return *this;
    }
    void drain() {
        while (auto p = sequencer.pop())
            text += (p->begins ? "B" : "") + std::string(p->lost, '-') +
                    std::to_string(p->packet.sequence()) + " ";
    }
    std::string finish() {
        sequencer.finish();
        drain();
        return text;
    }
    Sequencer sequencer;
    std::string text;
};

} // namespace

TEST_CASE("what comes in order goes out at once", "[codec]") {
    Log log(2);
    log.push({65534, 65535, 0, 1});
    CHECK(log.text == "B65534 65535 0 1 ");
    CHECK(log.sequencer.counts().lost == 0);
}

TEST_CASE("packets that overtook each other are put back", "[codec]") {
    Log log(2);
    CHECK(log.push({1, 3, 2, 5, 6, 4}).finish() == "B1 2 3 4 5 6 ");
    CHECK(log.sequencer.counts().reordered == 2);
    CHECK(log.sequencer.counts().lost == 0);
}

TEST_CASE("a missing packet is given up when the window is full, and then late", "[codec]") {
    Log log(2);
    log.push({1, 3, 4});
    CHECK(log.text == "B1 ");
    log.push({5});
    CHECK(log.text == "B1 -3 4 5 ");
    log.push({2});
    CHECK(log.text == "B1 -3 4 5 ");
    CHECK(log.sequencer.counts().lost == 1);
    CHECK(log.sequencer.counts().late == 1);
}

TEST_CASE("copies are dropped", "[codec]") {
    Log log(2);
    CHECK(log.push({1, 1, 3, 3, 2, 4}).finish() == "B1 2 3 4 ");
    CHECK(log.sequencer.counts().late == 2);
}

TEST_CASE("the end waits for nothing", "[codec]") { CHECK(Log(16).push({1, 2, 5}).finish() == "B1 2 --5 "); }

TEST_CASE("a changed SSRC begins a source, and what was held comes before it", "[codec]") {
    Log log(16);
    log.push({10, 12}).push({700, 701, 702}, 2);
    CHECK(log.text == "B10 -12 B700 701 702 ");
    CHECK(log.sequencer.counts().sources == 2);
    CHECK(log.sequencer.counts().stray == 0);
}

TEST_CASE("a stray packet of another source changes nothing", "[codec]") {
    Log log(2);
    log.push({1, 2}).push({99}, 2).push({3, 4}).push({100}, 2).push({5});
    CHECK(log.finish() == "B1 2 3 4 5 ");
    CHECK(log.sequencer.counts().stray == 2);
}

TEST_CASE("numbering that starts again is a new source", "[codec]") {
    Log log(2);
    log.push({40000, 40001, 100, 101, 102});
    CHECK(log.text == "B40000 40001 B100 101 102 ");
}

TEST_CASE("one wild number is none", "[codec]") {
    Log log(2);
    log.push({1, 2, 30000, 3, 4});
    CHECK(log.text == "B1 2 3 4 ");
    CHECK(log.sequencer.counts().wild == 1);
    CHECK(log.sequencer.counts().stray == 0);
}

TEST_CASE("numbering that starts again is known by two packets in any order", "[codec]") {
    Log log(2);
    CHECK(log.push({1, 2, 30001, 30000, 30002}).finish() == "B1 2 B30000 30001 30002 ");
}

TEST_CASE("the last packet may be all that came of a new source", "[codec]") {
    CHECK(Log(2).push({1, 2}).push({700}, 2).finish() == "B1 2 B700 ");
    CHECK(Log(2).push({1, 2, 30000}).finish() == "B1 2 B30000 ");
}
