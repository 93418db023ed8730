// Frames in RTP: what is packed comes out as it was, whatever the network did short of losing it.
#include <algorithm>

#include "io/codec/codec.hpp"
#include "io/codec/video_source.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::io::codec;

namespace {

using Octets = std::vector<std::uint8_t>;

/// A frame of this length, no two octets in a row alike.
Octets frame_of(std::size_t octets) {
    Octets out(octets);
    for (std::size_t n = 0; n < octets; ++n)
        out[n] = static_cast<std::uint8_t>(n * 7 + octets);
    return out;
}

std::vector<Octets> packets_of(const std::vector<Octets> &frames) {
    std::vector<Octets> out;
    VideoPacketizer packetizer(make_vp8_payload(), 96, {7, 65534, 0xffffff00},
                               [&](base::Bytes rtp) { out.emplace_back(rtp.begin(), rtp.end()); });
    for (std::size_t n = 0; n < frames.size(); ++n)
        packetizer.frame(frames[n], static_cast<std::int64_t>(3000 * n));
    return out;
}

struct Out {
    std::vector<Octets> frames;
    std::vector<std::int64_t> times;
    std::vector<bool> fresh;
    VideoAssembler::Counts counts;
    std::uint64_t other = 0;
};

Out frames_of(const std::vector<Octets> &packets) {
    Out out;
    VideoSource source({{96, {"vp8", video_clock, 1, {}}}}, [&](const VideoSource::Frame &f) {
        out.frames.emplace_back(f.bytes.begin(), f.bytes.end());
        out.times.push_back(f.time);
        out.fresh.push_back(f.fresh);
    });
    Sequencer sequencer(4);
    auto drain = [&] {
        while (auto arrived = sequencer.pop())
            source.take(*arrived);
    };
    for (const Octets &p : packets) {
        sequencer.push(*wire::rtp::Packet::parse(p));
        drain();
    }
    sequencer.finish();
    drain();
    source.finish();
    out.counts = source.counts();
    out.other = source.other();
    return out;
}

const std::vector<Octets> three{frame_of(5000), frame_of(1), frame_of(1146)};

} // namespace

TEST_CASE("frames come out of packets as they were", "[video]") {
    auto packets = packets_of(three);
    REQUIRE(packets.size() == 5 + 1 + 1);
    CHECK(std::ranges::all_of(packets, [](const Octets &p) { return p.size() <= 1200; }));
    SECTION("in order") {}
    SECTION("that overtook each other") { std::swap(packets[1], packets[3]); }
    SECTION("without markers") {
        for (Octets &p : packets)
            p[1] &= 0x7f;
    }
    SECTION("with probes of padding between them") {
        Octets probe{0xa0, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 4};
        std::copy_n(packets[4].begin() + 4, 4, probe.begin() + 4);
        packets.insert(packets.begin() + 5, probe);
        for (std::size_t n = 0; n < packets.size(); ++n)
            packets[n][3] = static_cast<std::uint8_t>(n);
        for (Octets &p : packets)
            p[2] = 0;
    }
    const Out out = frames_of(packets);
    CHECK(out.frames == three);
    CHECK(out.times == std::vector<std::int64_t>{0, 3000, 6000});
    CHECK(out.fresh == std::vector<bool>{true, false, false});
    CHECK(out.counts.frames == 3);
    CHECK(out.counts.packets == 7);
    CHECK(out.counts.broken + out.counts.damaged == 0);
}

TEST_CASE("a frame that lost a packet is left out, and no other", "[video]") {
    const std::size_t lost = GENERATE(0u, 2u, 4u);
    auto packets = packets_of({three[0], three[0], three[2]});
    packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(5 + lost));
    const Out out = frames_of(packets);
    CHECK(out.frames == std::vector<Octets>{three[0], three[2]});
    CHECK(out.counts.broken == 1);
}

TEST_CASE("one source follows the other", "[video]") {
    auto packets = packets_of(three);
    for (Octets p : packets_of(three)) {
        p[11] = 8;
        p[4] = 0x70;
        packets.push_back(std::move(p));
    }
    const Out out = frames_of(packets);
    CHECK(out.frames.size() == 6);
    CHECK(out.times == std::vector<std::int64_t>{0, 3000, 6000, 9000, 12'000, 15'000});
    CHECK(out.fresh == std::vector<bool>{true, false, false, true, false, false});
}

TEST_CASE("what is no payload is counted", "[video]") {
    auto packets = packets_of(three);
    packets[6][1] = 97 | 0x80;
    packets[5].resize(13);
    packets[5][12] = 0x90;
    const Out out = frames_of(packets);
    CHECK(out.frames.size() == 1);
    CHECK(out.other == 1);
    CHECK(out.counts.broken == 1);
}

TEST_CASE("a timestamp far off begins anew", "[video]") {
    auto packets = packets_of(three);
    packets[5][4] ^= 0x40;
    const Out out = frames_of(packets);
    CHECK(out.times == std::vector<std::int64_t>{0, 3000, 6000});
}

TEST_CASE("a frame without an end is given up", "[video]") {
    VideoAssembler assembler(make_vp8_payload());
    std::vector<VideoFrame> out;
    Octets packet{0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0x10};
    packet.resize(60'000, 1);
    for (int n = 0; n < 400; ++n) {
        assembler.take({*wire::rtp::Packet::parse(packet), n == 0, 0}, out);
        packet[12] = 0; // the frame goes on
    }
    assembler.finish(out);
    CHECK(out.empty());
    CHECK(assembler.counts().broken == 1);
}
