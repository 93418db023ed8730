// Video codecs: pictures come back as they were, as near as a codec of this kind should.
#include <algorithm>

#include "base/text.hpp"
#include "io/codec/codec.hpp"
#include "io/codec/video_transcoder.hpp"
#include "moving.hpp"
#include "support/catch.hpp"
#include "wire/rtp/h264.hpp"

using namespace cord;
using namespace cord::io::codec;
using test::moving_picture;
using test::psnr;

namespace {

using Octets = std::vector<std::uint8_t>;

CodecSpec spec_of(const char *text) { return completed(*CodecSpec::parse(text)).value(); }

bool missing(const CodecSpec &spec) {
    return std::ranges::any_of(codecs(), [&](const Codec &c) { return spec.name == c.name && !c.encodes(); });
}

/// RTP of so many moving pictures, 30 a second.
std::vector<Octets> stream_of(const CodecSpec &spec, std::uint32_t width, std::uint32_t height,
                              std::uint32_t pictures) {
    std::vector<Octets> out;
    auto encoder = make_video_encoder(spec, {width, height, 0}).value();
    VideoPacketizer packetizer(make_video_payload(spec), 96, {7, 0, 0},
                               [&](base::Bytes rtp) { out.emplace_back(rtp.begin(), rtp.end()); });
    for (std::uint32_t n = 0; n < pictures; ++n) {
        Octets frame;
        REQUIRE(encoder->encode(moving_picture(width, height, n), 3000 * n, n == 0, frame));
        packetizer.frame(frame, 3000 * n);
    }
    return out;
}

std::vector<Picture> pictures_of(const CodecSpec &spec, const std::vector<Octets> &packets) {
    std::vector<Picture> out;
    auto decoder = make_video_decoder(spec).value();
    VideoSource source({{96, spec}},
                       [&](const VideoSource::Frame &frame) { (void)decoder->decode(frame.bytes, out); });
    Sequencer sequencer(16);
    for (const Octets &p : packets) {
        sequencer.push(*wire::rtp::Packet::parse(p));
        while (auto arrived = sequencer.pop())
            source.take(*arrived);
    }
    sequencer.finish();
    while (auto arrived = sequencer.pop())
        source.take(*arrived);
    source.finish();
    return out;
}

const std::vector<const char *> all{"vp8", "h264", "h264;packetization-mode=1", "h263", "h263+"};

} // namespace

TEST_CASE("pictures survive a codec and RTP", "[video]") {
    const CodecSpec spec = spec_of(GENERATE(from_range(all)));
    if (missing(spec)) {
        SUCCEED("its library is not here");
        return;
    }
    CAPTURE(spec.text());
    const auto packets = stream_of(spec, 352, 288, 30);
    CHECK(std::ranges::all_of(packets, [](const Octets &p) { return p.size() <= 1200; }));
    const auto pictures = pictures_of(spec, packets);
    REQUIRE(pictures.size() == 30);
    double worst = 99;
    for (std::uint32_t n = 0; n < 30; ++n)
        worst = std::min(worst, psnr(pictures[n], moving_picture(352, 288, n)));
    CHECK(worst > 30);
}

TEST_CASE("after a loss pictures come again with the next key frame", "[video]") {
    const CodecSpec spec = spec_of(GENERATE(from_range(all)));
    if (missing(spec)) {
        SUCCEED("its library is not here");
        return;
    }
    CAPTURE(spec.text());
    auto packets = stream_of(spec, 176, 144, 10);
    // A second source of the same, so that a key frame is in the middle.
    std::vector<Octets> again = packets;
    packets.erase(packets.begin() + 5);
    const std::size_t before = pictures_of(spec, packets).size();
    for (Octets &p : again)
        p[11] = 8;
    packets.insert(packets.end(), again.begin(), again.end());
    const auto pictures = pictures_of(spec, packets);
    REQUIRE(pictures.size() == before + 10);
    CHECK(psnr(pictures.back(), moving_picture(176, 144, 9)) > 30);
}

TEST_CASE("decoders live through damaged frames", "[video]") {
    const CodecSpec spec = spec_of(GENERATE(from_range(all)));
    if (missing(spec)) {
        SUCCEED("its library is not here");
        return;
    }
    CAPTURE(spec.text());
    auto encoder = make_video_encoder(spec, {176, 144, 0}).value();
    auto decoder = make_video_decoder(spec).value();
    std::vector<Picture> out;
    std::uint32_t random = 1;
    for (std::uint32_t n = 0; n < 60; ++n) {
        Octets frame;
        REQUIRE(encoder->encode(moving_picture(176, 144, n), 3000 * n, n % 20 == 0, frame));
        if (n % 20 == 10)
            frame.resize(frame.size() / 2);
        for (int times = n % 20 > 12 ? 4 : 0; times > 0 && !frame.empty(); --times) {
            random = random * 1'664'525 + 1'013'904'223;
            frame[(random >> 8) % frame.size()] ^= static_cast<std::uint8_t>(random >> 24 | 1);
        }
        (void)decoder->decode(frame, out);
    }
    CHECK(out.size() >= 30);
    CHECK_FALSE(decoder->decode(Octets(100, 0xff), out));
}

TEST_CASE("a picture is scaled as a whole", "[video]") {
    const Picture small = scaled(moving_picture(352, 288, 5), 176, 144);
    CHECK(psnr(scaled(small, 352, 288), moving_picture(352, 288, 5)) > 25);
    CHECK(psnr(scaled(small, 176, 144), small) == 99);
    const Picture dot = scaled(moving_picture(16, 16, 0), 1, 1);
    CHECK(dot.planes[0].size() + dot.planes[1].size() + dot.planes[2].size() == 3);
    CHECK(psnr(scaled(dot, 33, 35), scaled(dot, 33, 35)) == 99);
}

TEST_CASE("a stream is made anew in another size, or passes as it is", "[video]") {
    const CodecSpec spec = spec_of("vp8");
    if (missing(spec)) {
        SUCCEED("its library is not here");
        return;
    }
    const char *wish = GENERATE("vp8", "vp8;size=176x144", "vp8;bitrate=50");
    const auto packets = stream_of(spec, 352, 288, 10);
    std::vector<Octets> made;
    auto transcoder =
        VideoTranscoder::make({{96, spec}}, {100, spec_of(wish)}, {9, 5, 70}, 4,
                              [&](base::Bytes rtp) { made.emplace_back(rtp.begin(), rtp.end()); });
    REQUIRE(transcoder);
    for (const Octets &p : packets)
        (*transcoder)->push(*wire::rtp::Packet::parse(p));
    (*transcoder)->finish();
    CHECK((*transcoder)->counts().pictures == 10);
    REQUIRE_FALSE(made.empty());
    const auto first = *wire::rtp::Packet::parse(made.front());
    CHECK(first.ssrc() == 9);
    CHECK(first.sequence() == 5);
    CHECK(first.timestamp() == 70);
    CHECK(first.payload_type() == 100);
    for (Octets &p : made)
        wire::rtp::set_payload_type(p, 96);
    const auto pictures = pictures_of(spec, made);
    REQUIRE(pictures.size() == 10);
    const Picture last = moving_picture(352, 288, 9);
    CHECK(psnr(pictures.back(), std::string_view(wish).find("size") == std::string_view::npos
                                    ? last
                                    : scaled(last, 176, 144)) > 25);
    if (std::string_view(wish) == "vp8") {
        REQUIRE(made.size() == packets.size());
        for (std::size_t n = 0; n < made.size(); ++n)
            CHECK(std::ranges::equal(base::Bytes(made[n]).subspan(12), base::Bytes(packets[n]).subspan(12)));
    }
}

TEST_CASE("a stream of one codec is made one of any other", "[video]") {
    const CodecSpec from = spec_of(GENERATE(from_range(all)));
    const CodecSpec to = spec_of(GENERATE(from_range(all)));
    if (missing(from) || missing(to) || from.name == to.name) {
        SUCCEED("a library is not here");
        return;
    }
    CAPTURE(from.text(), to.text());
    std::vector<Octets> made;
    auto transcoder = VideoTranscoder::make({{96, from}}, {96, to}, {9, 0, 0}, 4, [&](base::Bytes rtp) {
        made.emplace_back(rtp.begin(), rtp.end());
    });
    REQUIRE(transcoder);
    for (const Octets &p : stream_of(from, 176, 144, 10))
        (*transcoder)->push(*wire::rtp::Packet::parse(p));
    (*transcoder)->finish();
    const auto pictures = pictures_of(to, made);
    REQUIRE(pictures.size() == 10);
    CHECK(psnr(pictures.back(), moving_picture(176, 144, 9)) > 28);
}

TEST_CASE("RFC 6184 section 8.1: parameter sets of the session description come before all else", "[video]") {
    const CodecSpec spec = spec_of("h264");
    if (missing(spec)) {
        SUCCEED("its library is not here");
        return;
    }
    auto packets = stream_of(spec, 176, 144, 3);
    std::string sets;
    std::erase_if(packets, [&sets](const Octets &p) {
        const base::Bytes unit = base::Bytes(p).subspan(12);
        const auto type = wire::rtp::nal_type(unit);
        const bool set =
            type == wire::rtp::NalType::sequence_parameters || type == wire::rtp::NalType::picture_parameters;
        if (set)
            sets += (sets.empty() ? "" : ",") + base::to_base64(unit);
        return set;
    });
    for (std::size_t n = 0; n < packets.size(); ++n)
        wire::rtp::set_sequence(packets[n], static_cast<std::uint16_t>(n));
    CHECK(pictures_of(spec, packets).empty());
    CHECK(pictures_of(spec_of(("h264;sprop-parameter-sets=" + sets).c_str()), packets).size() == 3);
}

TEST_CASE("H.263 has five sizes", "[video]") {
    const CodecSpec spec = spec_of("h263-1998");
    CHECK(spec.name == "h263+");
    if (missing(spec)) {
        SUCCEED("its library is not here");
        return;
    }
    for (auto [width, made] :
         {std::pair{16u, 128u}, {176u, 176u}, {320u, 352u}, {640u, 704u}, {1920u, 1408u}})
        CHECK(make_video_encoder(spec, {width, width * 3 / 4, 0}).value()->format().width == made);
}

TEST_CASE("wishes that no picture can have", "[video]") {
    for (const char *wish : {"vp8;size=0x0", "vp8;size=17x16", "vp8;size=16", "vp8;size=16x9999",
                             "vp8;bitrate=x", "vp8;bitrate=0"})
        CHECK_FALSE(video_format(spec_of(wish)));
    CHECK(video_format(spec_of("vp8;size=640x480;bitrate=700"))->kbit_s == 700);
}
