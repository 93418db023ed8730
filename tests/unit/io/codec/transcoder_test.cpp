#include "io/codec/transcoder.hpp"

#include "speech.hpp"
#include "support/catch.hpp"
#include "tone.hpp"
#include "wire/rtp/amr.hpp"
#include "wire/rtp/rtcp.hpp"
#include "wire/rtp/telephone_event.hpp"

using namespace cord;
using namespace cord::io::codec;
using namespace cord::io::codec::test;
using wire::rtp::parse_payload_map;

namespace {

using Packets = std::vector<std::vector<std::uint8_t>>;

wire::rtp::Packet view(const std::vector<std::uint8_t> &bytes) {
    return wire::rtp::Packet::parse(bytes).value();
}

/// What a sender makes of a tone.
Packets sent(const char *codec, PcmFormat sound, double hertz, double seconds, std::uint32_t ssrc = 1,
             std::uint16_t sequence = 65500, std::uint32_t timestamp = 0xfffff000) {
    Packets out;
    const CodecSpec spec = completed(CodecSpec::parse(codec).value(), sound).value();
    Packetizer packetizer(make_encoder(spec, sound).value(), usual_payload_type(spec), spec.clock_rate,
                          {ssrc, sequence, timestamp},
                          [&out](base::Bytes rtp) { out.emplace_back(rtp.begin(), rtp.end()); });
    packetizer.sound(tone(packetizer.format(), hertz, seconds));
    return out;
}

struct Bridge {
    Bridge(const char *from, const char *to) {
        const auto map = parse_payload_map(from).value();
        auto made = Transcoder::make(map, parse_payload_map(to).value(), {77, 10, 1000}, 2,
                                     [this](base::Bytes rtp) { out.emplace_back(rtp.begin(), rtp.end()); });
        REQUIRE(made);
        transcoder = std::move(*made);
    }
    void push(const Packets &packets) {
        for (const auto &p : packets)
            transcoder->push(view(p));
    }
    Bridge(const Bridge &) = delete;
    /// Sequence numbers without holes, one SSRC, timestamps that only grow.
    void check_continuous() const {
        for (std::size_t n = 0; n < out.size(); ++n) {
            CHECK(view(out[n]).ssrc() == 77);
            CHECK(view(out[n]).sequence() == static_cast<std::uint16_t>(10 + n));
            if (n > 0)
                CHECK(view(out[n]).timestamp() >= view(out[n - 1]).timestamp());
        }
    }
    /// What a receiver hears of the packets of this payload type.
    Pcm heard(const char *codec, std::uint8_t type, PcmFormat format) const {
        Pcm pcm;
        auto decoder =
            make_decoder(completed(CodecSpec::parse(codec).value(), format).value(), format).value();
        for (const auto &p : out)
            if (view(p).payload_type() == type)
                REQUIRE(decoder->decode(view(p).payload(), pcm));
        return pcm;
    }

    std::unique_ptr<Transcoder> transcoder;
    Packets out;
};

ToneFit fit(PcmView pcm, std::uint32_t rate, double hertz) {
    return fit_tone(middle(pcm, rate, 0.2), rate, hertz);
}

} // namespace

TEST_CASE("1000 Hz from Opus to PCMA", "[codec]") {
    Bridge bridge("111=opus/48000/2", "8=pcma/8000;ptime=20");
    bridge.push(sent("opus", {48000, 1}, 1000, 2));
    REQUIRE(bridge.out.size() == 100);
    bridge.check_continuous();
    CHECK(view(bridge.out[0]).timestamp() == 1000);
    CHECK(view(bridge.out[99]).timestamp() == 1000 + 99 * 160);
    CHECK(view(bridge.out[0]).marker());
    CHECK_FALSE(view(bridge.out[1]).marker());
    CHECK(view(bridge.out[0]).payload().size() == 160);
    const Pcm heard = bridge.heard("pcma", 8, {8000, 1});
    CHECK(fit(heard, 8000, 1000).snr_db > 20);
    CHECK(fit(heard, 8000, 1000).amplitude == Approx(8000).epsilon(0.1));
}

TEST_CASE("440 Hz from PCMA to Opus, 30 ms to 20 ms", "[codec]") {
    Bridge bridge("8=pcma/8000", "111=opus/48000/2");
    bridge.push(sent("pcma;ptime=30", {8000, 1}, 440, 3));
    CHECK(bridge.out.size() == 150);
    bridge.check_continuous();
    CHECK(view(bridge.out[149]).timestamp() == 1000 + 149 * 960);
    const Pcm heard = bridge.heard("opus", 111, {48000, 1});
    CHECK(fit(heard, 48000, 440).snr_db > 15);
    CHECK(fit(heard, 48000, 440).amplitude == Approx(8000).epsilon(0.15));
}

TEST_CASE("rates that need a resampler", "[codec]") {
    Bridge bridge("96=l16/44100/1", "0=pcmu/8000");
    Packets packets = sent("l16", {44100, 1}, 1000, 2);
    for (auto &p : packets)
        wire::rtp::set_payload_type(p, 96);
    bridge.push(packets);
    bridge.transcoder->finish();
    CHECK(bridge.out.size() == Approx(100).margin(1));
    bridge.check_continuous();
    CHECK(fit(bridge.heard("pcmu", 0, {8000, 1}), 8000, 1000).snr_db > 30);
}

TEST_CASE("lost, doubled and reordered packets leave the tone whole", "[codec]") {
    const bool to_opus = GENERATE(false, true);
    Packets packets = to_opus ? sent("pcma", {8000, 1}, 1000, 4) : sent("opus", {48000, 1}, 1000, 4);
    for (std::size_t n = 15; n + 1 < packets.size(); n += 20)
        std::swap(packets[n], packets[n + 1]);
    for (std::size_t n = packets.size() - 8; n > 20; n -= 20)
        packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(n));
    packets.insert(packets.begin() + 50, packets[49]);
    Bridge bridge(to_opus ? "8=pcma" : "111=opus", to_opus ? "111=opus" : "8=pcma");
    bridge.push(packets);
    bridge.check_continuous();
    CHECK(bridge.out.size() == 200);
    CHECK(bridge.transcoder->arrivals().lost == 9);
    CHECK(bridge.transcoder->arrivals().late == 1);
    CHECK(bridge.transcoder->decoded().concealed == std::chrono::milliseconds(180));
    const Pcm heard = to_opus ? bridge.heard("opus", 111, {8000, 1}) : bridge.heard("pcma", 8, {8000, 1});
    // Opus fades a guess quickly; a hole would be silent.
    CHECK(quietest(middle(heard, 8000, 0.2), 8000) > 300);
}

TEST_CASE("a pause stays a pause", "[codec]") {
    Bridge bridge("8=pcma", "111=opus");
    Packets before = sent("pcma", {8000, 1}, 1000, 0.1);
    Packets after =
        sent("pcma", {8000, 1}, 1000, 0.1, 1, static_cast<std::uint16_t>(65505), 0xfffff000 + 800 + 8000);
    bridge.push(before);
    bridge.push(after);
    REQUIRE(bridge.out.size() == 10);
    bridge.check_continuous();
    CHECK(view(bridge.out[4]).timestamp() == 1000 + 4 * 960);
    CHECK(view(bridge.out[5]).timestamp() == 1000 + 5 * 960 + 48000);
    CHECK(view(bridge.out[5]).marker());
}

TEST_CASE("a long loss is concealed for a while, then a pause", "[codec]") {
    Bridge bridge("8=pcma", "0=pcmu");
    Packets packets = sent("pcma", {8000, 1}, 1000, 1);
    packets.erase(packets.begin() + 10, packets.begin() + 30);
    bridge.push(packets);
    bridge.check_continuous();
    CHECK(bridge.out.size() == 30 + 6);
    CHECK(view(bridge.out[16]).timestamp() == 1000 + 30 * 160);
    CHECK(view(bridge.out[16]).marker());
}

TEST_CASE("a new source goes on in the same numbers", "[codec]") {
    Bridge bridge("111=opus", "8=pcma");
    bridge.push(sent("opus", {48000, 1}, 1000, 1, 1));
    bridge.push(sent("opus", {48000, 1}, 1000, 1, 2, 5, 77));
    bridge.check_continuous();
    CHECK(bridge.out.size() == 100);
    CHECK(view(bridge.out[99]).timestamp() == 1000 + 99 * 160);
    CHECK(bridge.transcoder->arrivals().sources == 2);
}

TEST_CASE("telephone events pass with their times on the new clock", "[codec]") {
    Bridge bridge("111=opus 110=telephone-event/48000", "8=pcma 101=telephone-event/8000");
    const std::uint32_t begin = 0xfffff000;
    Packets packets = sent("opus", {48000, 1}, 1000, 0.2);
    std::uint16_t sequence = view(packets.back()).sequence();
    for (std::uint16_t n = 1; n <= 4; ++n) {
        std::vector<std::uint8_t> p;
        wire::rtp::append_header(p, {110, n == 1, ++sequence, begin + 9600, 1});
        wire::rtp::TelephoneEvent event{5, n == 4, 10, static_cast<std::uint16_t>(960 * n)};
        base::ByteWriter(p).bytes(event.bytes());
        packets.push_back(p);
    }
    Packets after = sent("opus", {48000, 1}, 1000, 0.2, 1, static_cast<std::uint16_t>(sequence + 1),
                         begin + 9600 + 4 * 960);
    bridge.push(packets);
    bridge.push(after);
    bridge.check_continuous();
    REQUIRE(bridge.out.size() == 24);
    for (std::size_t n = 10; n < 14; ++n) {
        CHECK(view(bridge.out[n]).payload_type() == 101);
        CHECK(view(bridge.out[n]).marker() == (n == 10));
        CHECK(view(bridge.out[n]).timestamp() == 1000 + 1600);
        auto event = wire::rtp::TelephoneEvent::parse(view(bridge.out[n]).payload());
        REQUIRE(event);
        CHECK(event->event == 5);
        CHECK(event->duration == 160 * (n - 9));
        CHECK(event->end == (n == 13));
    }
    // The sound after it begins where the event's time ends.
    CHECK(view(bridge.out[14]).timestamp() == 1000 + 1600 + 4 * 160);
}

TEST_CASE("Opus repeats itself as much as the receiver loses", "[codec]") {
    Bridge bridge("8=pcma", "111=opus;useinbandfec=1;maxaveragebitrate=24000");
    auto loses = [&](std::uint8_t of_256) {
        std::vector<std::uint8_t> compound;
        wire::rtp::append_receiver_report(compound, 5, {{.ssrc = 77, .fraction_lost = of_256}});
        bridge.transcoder->report(compound);
    };
    /// How loud the 20 ms before the last packets are, by what these say of them alone.
    auto repeated = [&] {
        double loudest = 0;
        for (std::size_t n = bridge.out.size() - 30; n < bridge.out.size(); ++n) {
            Pcm guess;
            make_decoder(completed(CodecSpec::parse("opus").value()).value(), PcmFormat{8000, 1})
                .value()
                ->conceal(160, view(bridge.out[n]).payload(), guess);
            loudest = std::max(loudest, quietest(guess, 8000));
        }
        return loudest;
    };
    auto talk = [&](std::uint16_t sequence) {
        const Pcm sound = speech(8000, 2);
        const CodecSpec pcma = completed(CodecSpec::parse("pcma").value()).value();
        Packetizer packetizer(
            make_encoder(pcma, {8000, 1}).value(), 8, 8000, {1, sequence, sequence * 160u},
            [&](base::Bytes rtp) { bridge.transcoder->push(*wire::rtp::Packet::parse(rtp)); });
        packetizer.sound(sound);
    };
    for (int n = 0; n < 8; ++n)
        loses(0);
    talk(0);
    CHECK(repeated() < 50);
    loses(50);
    talk(100);
    CHECK(repeated() > 500);
    bridge.transcoder->report(base::as_bytes("no RTCP"));
}

TEST_CASE("the mode that an AMR phone asks for is the one it gets", "[codec]") {
    const auto list = codecs();
    if (std::none_of(list.begin(), list.end(),
                     [](const Codec &c) { return c.name == std::string("amr") && c.decoder; }))
        return;
    Bridge heard("96=amr;octet-align=1", "8=pcma");
    Bridge made("8=pcma", "96=amr;octet-align=1;mode-set=0,2,7");
    auto asks = [&, n = std::uint16_t{0}](std::uint8_t mode) mutable {
        std::vector<std::uint8_t> rtp;
        wire::rtp::append_header(rtp, {96, false, n, n * 160u, 1});
        ++n;
        wire::rtp::append_amr(rtp, {mode, {wire::rtp::AmrFrame{0, true, std::vector<std::uint8_t>(12)}}},
                              {wire::rtp::AmrBand::narrow, true});
        heard.transcoder->push(view(rtp));
        if (auto request = heard.transcoder->take_request())
            made.transcoder->report(*request);
    };
    auto payload = [&, n = std::uint16_t{0}]() mutable {
        for (const auto &p : sent("pcma", {8000, 1}, 300, 0.02, 1, n, n * 160u))
            made.transcoder->push(view(p));
        ++n;
        return view(made.out.back()).payload().size();
    };
    CHECK(payload() == 2 + 31); // 12.2 kbit/s
    asks(0);
    CHECK(payload() == 2 + 12);
    CHECK_FALSE(heard.transcoder->take_request()); // said once
    asks(5);                                       // not of the set
    CHECK(payload() == 2 + 12);
    asks(12); // no mode at all
    CHECK(payload() == 2 + 12);
    asks(2);
    CHECK(payload() == 2 + 15);
    asks(15);
    CHECK(payload() == 2 + 31);
}

TEST_CASE("damaged payloads count as lost", "[codec]") {
    Bridge bridge("111=opus", "8=pcma");
    Packets packets = sent("opus", {48000, 1}, 1000, 1);
    for (std::size_t n : {10u, 20u})
        packets[n].resize(wire::rtp::header_size), packets[n].push_back(0xff);
    bridge.push(packets);
    bridge.check_continuous();
    CHECK(bridge.out.size() == 50);
    CHECK(bridge.transcoder->decoded().damaged == 2);
    CHECK(bridge.transcoder->decoded().concealed == std::chrono::milliseconds(40));
}

TEST_CASE("a wild timestamp makes no hour of silence", "[codec]") {
    Bridge bridge("8=pcma", "0=pcmu");
    bridge.push(sent("pcma", {8000, 1}, 1000, 0.1, 1, 0, 0));
    bridge.push(sent("pcma", {8000, 1}, 1000, 0.1, 1, 5, 1'000'000'000));
    CHECK(bridge.out.size() == 10);
    CHECK(view(bridge.out[9]).timestamp() == 1000 + 9 * 160);
    CHECK(bridge.transcoder->decoded().jumps == 1);
}

TEST_CASE("what cannot be transcoded is refused with the reason", "[codec]") {
    auto refusal = [](const char *from, const char *to) {
        const auto map = parse_payload_map(from).value();
        auto made = Transcoder::make(map, parse_payload_map(to).value(), {}, 2, {});
        REQUIRE_FALSE(made);
        return made.error().text();
    };
    CHECK(refusal("8=pcma", "101=telephone-event") == "no audio codec to transcode to");
    CHECK(refusal("8=evs", "111=opus") == "no such codec here (mediacodec list shows them)");
    CHECK(refusal("8=pcma", "111=opus;ptime=30") == "the ptime of opus is 5, 10, 20, 40, 60, 80, 100 or 120");
}
