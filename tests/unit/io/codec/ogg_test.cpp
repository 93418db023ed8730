#include <algorithm>

#include "io/codec/ogg_opus.hpp"
#include "io/codec/opus.hpp"
#include "support/catch.hpp"
#include "tone.hpp"

using namespace cord;
using namespace cord::io::codec;

namespace {

using Octets = std::vector<std::uint8_t>;

std::vector<OggPage> pages_of(base::Bytes bytes, std::size_t step) {
    OggReader reader;
    std::vector<OggPage> out;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        reader.feed(bytes.subspan(at, std::min(step, bytes.size() - at)));
        while (auto page = reader.next())
            out.push_back(std::move(*page));
    }
    return out;
}

/// Packets of 20 ms of a tone; those that `sent` refuses are left out.
Octets recording(int packets, bool (*sent)(int)) {
    auto encoder = make_opus_encoder({"opus", 48000, 2, {}}, {48000, 1}).value();
    const Pcm sound = test::tone({48000, 1}, 440, packets * 0.02);
    Octets out;
    OggOpusWriter writer(7, 1, out);
    for (int n = 0; n < packets; ++n) {
        Octets payload, rtp;
        REQUIRE(encoder->encode(PcmView(sound).subspan(static_cast<std::size_t>(n) * 960, 960), payload));
        if (!sent(n))
            continue;
        wire::rtp::append_header(rtp, {111, false, static_cast<std::uint16_t>(n),
                                       0xffffff00 + 960 * static_cast<std::uint32_t>(n), 1});
        rtp.insert(rtp.end(), payload.begin(), payload.end());
        writer.packet(*wire::rtp::Packet::parse(rtp), out);
    }
    writer.finish(out);
    return out;
}

struct Read {
    std::vector<std::uint32_t> timestamps;
    std::vector<std::uint16_t> sequence;
};

Read read(OggOpusReader &reader, base::Bytes bytes) {
    Read out;
    reader.feed(bytes);
    while (auto rtp = reader.next()) {
        auto packet = wire::rtp::Packet::parse(*rtp);
        REQUIRE(packet);
        CHECK(packet->ssrc() == 7);
        CHECK(packet->payload_type() == 111);
        out.timestamps.push_back(packet->timestamp());
        out.sequence.push_back(packet->sequence());
    }
    return out;
}

bool all(int) { return true; }

} // namespace

TEST_CASE("pages read back as they were written, cut anywhere", "[ogg]") {
    OggPage one{3, 5, 960, true, false, {Octets(10, 1), Octets(255, 2), Octets(600, 3), Octets()}};
    OggPage two{4, 0, 42, false, true, {}};
    Octets bytes;
    append_ogg_page(bytes, one);
    append_ogg_page(bytes, two);
    const auto pages = pages_of(bytes, GENERATE(1u, 13u, 10'000u));
    REQUIRE(pages.size() == 2);
    CHECK(pages[0].packets == one.packets);
    CHECK(pages[0].granule == 960);
    CHECK(pages[0].serial == 3);
    CHECK(pages[0].sequence == 5);
    CHECK(pages[0].begins);
    CHECK_FALSE(pages[0].ends);
    CHECK(pages[1].ends);
    CHECK(pages[1].packets.empty());
}

TEST_CASE("a page counts only with its checksum", "[ogg]") {
    Octets bytes;
    append_ogg_page(bytes, {7, 0, 0, true, false, {Octets{1, 2, 3}}});
    CHECK(pages_of(bytes, 100).size() == 1);
    bytes.back() ^= 1;
    CHECK(pages_of(bytes, 100).empty());
}

TEST_CASE("a recording is a source with timestamps from zero", "[ogg]") {
    const Octets bytes = recording(120, all);
    OggOpusReader reader;
    const Read heard = read(reader, bytes);
    REQUIRE(heard.timestamps.size() == 120);
    for (std::uint32_t n = 0; n < 120; ++n) {
        CHECK(heard.timestamps[n] == 960 * n);
        CHECK(heard.sequence[n] == n);
    }
    CHECK_FALSE(reader.is_stereo());
    CHECK(reader.pre_skip() == 312);
    CHECK(reader.end() == 120 * 960);
    CHECK(reader.damaged() == 0);
    const auto pages = pages_of(bytes, 4096);
    CHECK(pages.size() == 2 + 3);
    CHECK(pages[2].granule == 50 * 960);
    CHECK(pages.back().ends);
}

TEST_CASE("where nothing was sent the recording asks for a guess", "[ogg]") {
    OggOpusReader reader;
    const Octets bytes = recording(100, [](int n) { return n < 20 || n >= 33; });
    const Read heard = read(reader, bytes);
    // 260 ms: packets of 120, 120 and 20 ms without octets.
    CHECK(heard.timestamps.size() == 100 - 13 + 3);
    CHECK(reader.end() == 100 * 960);
}

TEST_CASE("a damaged page costs its packets and their time alone", "[ogg]") {
    Octets bytes = recording(150, all);
    const auto second_page = std::search(bytes.begin() + 2000, bytes.end(), std::string_view("OggS").begin(),
                                         std::string_view("OggS").end());
    REQUIRE(second_page != bytes.end());
    *(second_page + 60) ^= 0x10;
    OggOpusReader reader;
    const Read heard = read(reader, bytes);
    REQUIRE(heard.timestamps.size() == 100);
    CHECK(reader.damaged() > 1000);
    const auto gap = std::ranges::adjacent_find(heard.sequence,
                                                [](std::uint16_t a, std::uint16_t b) { return b == a + 2; });
    REQUIRE(gap != heard.sequence.end());
    const auto at = static_cast<std::size_t>(gap - heard.sequence.begin());
    CHECK(heard.timestamps[at + 1] == heard.timestamps[at] + 51 * 960);
}

TEST_CASE("what is no Ogg Opus gives no packets", "[ogg]") {
    OggOpusReader reader;
    Octets bytes;
    append_ogg_page(bytes, {7, 0, 0, true, false, {Octets(30, 'x')}});
    append_ogg_page(bytes, {7, 1, 0, false, false, {Octets(30, 'x')}});
    append_ogg_page(bytes, {7, 2, 960, false, false, {Octets(30, 'x')}});
    CHECK(read(reader, bytes).timestamps.empty());
}
