#include "wire/rtp/stream.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::wire::rtp;
using std::chrono::milliseconds;

namespace {

std::vector<std::uint8_t> rtp(std::uint16_t sequence, std::string_view payload = "voice") {
    std::vector<std::uint8_t> out;
    append_header(out, {.payload_type = 8, .sequence = sequence, .timestamp = 160u * sequence, .ssrc = 1});
    base::ByteWriter(out).text(payload);
    return out;
}

struct Outcome {
    std::vector<std::string> packets;
    std::vector<Kind> kinds;
    std::vector<std::optional<milliseconds>> arrivals;
    std::string error;
    std::size_t at = 0;
};

/// Feeds the stream in pieces of `step` bytes, so that no result may depend on how a pipe cuts it.
Outcome read(StreamReader &reader, base::Bytes stream, std::size_t step) {
    Outcome out;
    auto drain = [&] {
        for (;;) {
            auto item = reader.next();
            if (!item) {
                out.error = item.error().text();
                out.at = item.error().at;
                return false;
            }
            if (!*item)
                return true;
            out.packets.emplace_back(base::as_text((*item)->bytes));
            out.kinds.push_back((*item)->kind);
            out.arrivals.push_back((*item)->arrival);
        }
    };
    for (std::size_t at = 0; at < stream.size(); at += step) {
        reader.feed(stream.subspan(at, std::min(step, stream.size() - at)));
        if (!drain())
            return out;
    }
    reader.finish();
    drain();
    return out;
}

std::string text_of(const std::vector<std::uint8_t> &bytes) { return std::string(base::as_text(bytes)); }

} // namespace

TEST_CASE("frames after an announcement, cut anywhere", "[rtp]") {
    std::vector<std::uint8_t> stream;
    PayloadMap map = parse_payload_map("8=pcma/8000 101=telephone-event/8000").value();
    append_announcement(stream, map);
    CHECK(text_of(stream) == "#!rtp 8=pcma/8000 101=telephone-event/8000\n");
    append_frame(stream, rtp(1));
    append_frame(stream, {}); // the null packet
    append_frame(stream, base::as_bytes(base::from_hex("80c9000100000001").value()));
    append_frame(stream, rtp(2, std::string(65'000, 'x')));
    auto step = GENERATE(1u, 2u, 7u, 100'000u);
    StreamReader reader;
    Outcome got = read(reader, stream, step);
    CHECK(got.error.empty());
    REQUIRE(got.packets.size() == 3);
    CHECK(got.packets[0] == text_of(rtp(1)));
    CHECK(got.kinds == std::vector<Kind>{Kind::rtp, Kind::rtcp, Kind::rtp});
    CHECK(got.packets[2].size() == 65'012);
    CHECK(reader.announced() == map);
    CHECK(reader.format() == Format::framed);
}

TEST_CASE("bare frames, even of the length that spells #!", "[rtp]") {
    std::vector<std::uint8_t> stream;
    append_frame(stream, rtp(1, std::string(0x2321 - header_size, 'x')));
    StreamReader reader;
    Outcome got = read(reader, stream, GENERATE(1u, 5u, 50'000u));
    CHECK(got.error.empty());
    CHECK(got.packets.size() == 1);
}

TEST_CASE("rtpdump keeps arrival times and marks RTCP", "[rtp]") {
    std::vector<std::uint8_t> stream;
    base::UnixTime start{std::chrono::microseconds{1'795'416'131'312'345}};
    append_rtpdump_header(stream, start, base::Endpoint::parse("192.0.2.1:5004").value());
    CHECK(text_of(stream).starts_with("#!rtpplay1.0 192.0.2.1/5004\n"));
    append_rtpdump_record(stream, rtp(1), milliseconds{0});
    append_rtpdump_record(stream, base::as_bytes(base::from_hex("80c9000100000001").value()),
                          milliseconds{5});
    append_rtpdump_record(stream, rtp(2), milliseconds{20});
    StreamReader reader;
    Outcome got = read(reader, stream, GENERATE(1u, 3u, 50'000u));
    CHECK(got.error.empty());
    REQUIRE(got.packets.size() == 3);
    CHECK(got.kinds[1] == Kind::rtcp);
    CHECK(got.arrivals[2] == milliseconds{20});
    CHECK(reader.format() == Format::rtpdump);
}

TEST_CASE("streams that end early or are damaged say where", "[rtp]") {
    std::vector<std::uint8_t> framed;
    append_frame(framed, rtp(1));
    append_frame(framed, rtp(2));
    framed.pop_back();
    StreamReader a;
    Outcome got = read(a, framed, 10);
    CHECK(got.packets.size() == 1);
    CHECK(got.error == "the last frame ends early");
    CHECK(got.at == 19);

    std::string dump =
        "#!rtpplay1.0 192.0.2.1/5004\n" + std::string(16, '\0') + std::string("\0\4\0\0\0\0\0\0", 8);
    StreamReader b;
    CHECK(read(b, base::as_bytes(dump), 9).error == "an rtpdump record is shorter than its header");
    StreamReader c;
    CHECK(read(c, base::as_bytes(dump.substr(0, 30)), 9).error == "the rtpdump header ends early");
    StreamReader d(Format::rtpdump);
    CHECK(read(d, framed, 9).error == "no rtpdump: it does not begin with #!rtpplay1.0");
    StreamReader e;
    CHECK(read(e, base::as_bytes("#!rtp 8=pcma"), 9).error == "the #!rtp line has no end");
    StreamReader f;
    CHECK(read(f, base::as_bytes("#!rtp 8=pcma " + std::string(5000, ' ')), 9).error ==
          "the first line has no end");
    StreamReader g;
    Outcome bad = read(g, base::as_bytes("#!rtp 8=pcma 300=opus\n"), 9);
    CHECK(bad.error == "a payload type is a number up to 127");
    CHECK(bad.at == 13);
    StreamReader empty;
    Outcome nothing = read(empty, {}, 1);
    CHECK(nothing.error.empty());
    CHECK(nothing.packets.empty());
}

TEST_CASE("codecs as SDP names them", "[rtp]") {
    auto opus = CodecSpec::parse("OPUS/48000/2;useinbandfec=1;ptime=20;stereo").value();
    CHECK(opus.name == "opus");
    CHECK(opus.clock_rate == 48000);
    CHECK(opus.channels == 2);
    CHECK(opus.number("ptime") == 20);
    CHECK(opus.parameter("stereo") == "");
    CHECK_FALSE(opus.number("stereo"));
    CHECK(opus.text() == "opus/48000/2;useinbandfec=1;ptime=20;stereo");
    CHECK(CodecSpec::parse("pcma")->clock_rate == 0);
    CHECK(CodecSpec::parse("pcma;ptime=30")->number("ptime") == 30);
    CHECK(CodecSpec::parse("").error().text() == "a codec without a name");
    CHECK(CodecSpec::parse("opus/").error().at == 5);
    CHECK(CodecSpec::parse("opus/0").error().at == 5);
    CHECK(CodecSpec::parse("opus/48000/x").error().at == 11);
    CHECK(CodecSpec::parse("opus /48000").error().text() == "a codec is written without blanks");
    CHECK(parse_payload_map("8=pcma 8").error().at == 9);
    CHECK(static_codec(8)->text() == "pcma/8000");
    CHECK(static_codec(34)->text() == "h263/90000");
    CHECK_FALSE(static_codec(111));
}
