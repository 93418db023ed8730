// Opus and PCMA through a real `mediacodec worker`.
#include <cstdlib>

#include "../codec/tone.hpp"
#include "fixture.hpp"
#include "io/codec/packetizer.hpp"
#include "wire/rtp/packet.hpp"
#include "wire/rtp/telephone_event.hpp"

using namespace cord;
using namespace cord::io::codec;
using namespace cord::io::media::test;
using engine::media::Plan;
using engine::media::StreamEnd;

namespace {

io::media::RelayOptions with_worker() {
    io::media::RelayOptions options;
    options.codec_program = std::getenv("CORD_MEDIACODEC");
    return options;
}

CodecSpec spec(const char *text) { return *CodecSpec::parse(text); }

StreamEnd end(std::uint8_t from, const char *from_codec, std::uint8_t to, const char *to_codec) {
    StreamEnd e;
    e.incoming = {{.from = from,
                   .to = to,
                   .from_codec = spec(from_codec),
                   .to_codec = spec(to_codec),
                   .transcode = true},
                  {.from = 101,
                   .to = 101,
                   .from_codec = spec("telephone-event/8000"),
                   .to_codec = spec("telephone-event/8000")}};
    return e;
}

/// A phone with PCMA and one with Opus.
struct Call : Fixture {
    Call()
        : Fixture(with_worker()), pcma_ports(*relay->bind_pair(loopback)),
          opus_ports(*relay->bind_pair(loopback)) {
        plan.sides[0] = {{transport(pcma_ports, pcma)}, {end(8, "pcma/8000", 111, "opus/48000/2")}};
        plan.sides[1] = {{transport(opus_ports, opus)}, {end(111, "opus/48000/2", 8, "pcma/8000")}};
        relay->apply(1, plan);
    }
    Phone pcma;
    Phone opus;
    io::media::PortPair pcma_ports;
    io::media::PortPair opus_ports;
    Plan plan;
};

/// A tone as PCMA packets.
std::vector<std::string> pcma_tone(double hertz, double seconds) {
    std::vector<std::string> out;
    Packetizer packetizer(*make_encoder(*completed(spec("pcma")), {8000, 1}), 8, 8000, {0xaaaa, 0, 0},
                          [&out](base::Bytes rtp) { out.emplace_back(base::as_text(rtp)); });
    packetizer.sound(test::tone({8000, 1}, hertz, seconds));
    return out;
}

} // namespace

TEST_CASE("a tone crosses to Opus and back through the worker", "[io-media]") {
    Call call;
    const std::vector<std::string> sent = pcma_tone(1000, 2);
    std::size_t next = 0;
    Pcm heard;
    auto decoder = *make_decoder(*completed(spec("pcma")));
    std::size_t opus_packets = 0;
    // The Opus phone sends back what it gets, and the PCMA phone sends on when it hears something, or for a
    // start.
    CHECK(call.run_until([&] {
        for (int n = 0; n < 4 && next < sent.size() && next < opus_packets + 10; ++n)
            call.pcma.send({loopback, call.pcma_ports.rtp_port}, sent[next++]);
        for (std::string packet; !(packet = call.opus.receive()).empty(); ++opus_packets) {
            auto rtp = *wire::rtp::Packet::parse(base::as_bytes(packet));
            CHECK(rtp.payload_type() == 111);
            CHECK(rtp.ssrc() == 0xaaaa);
            call.opus.send({loopback, call.opus_ports.rtp_port}, packet);
        }
        for (std::string packet; !(packet = call.pcma.receive()).empty();) {
            auto rtp = *wire::rtp::Packet::parse(base::as_bytes(packet));
            CHECK(rtp.payload_type() == 8);
            REQUIRE(decoder->decode(rtp.payload(), heard));
        }
        return heard.size() >= 8000 * 3 / 2;
    }));
    CHECK(test::fit_tone(test::middle(heard, 8000, 0.2), 8000, 1000).snr_db > 20);
}

TEST_CASE("a digit passes through the worker", "[io-media]") {
    Call call;
    std::string got;
    std::uint16_t sequence = 0;
    CHECK(call.run_until([&] {
        std::vector<std::uint8_t> event;
        wire::rtp::append_header(event, {101, sequence == 0, sequence, 8000, 0xaaaa});
        base::ByteWriter(event).bytes(wire::rtp::TelephoneEvent{5, false, 10, 160}.bytes());
        if (sequence++ < 5)
            call.pcma.send({loopback, call.pcma_ports.rtp_port}, base::as_text(event));
        got = call.opus.receive();
        return !got.empty();
    }));
    auto rtp = *wire::rtp::Packet::parse(base::as_bytes(got));
    CHECK(rtp.payload_type() == 101);
    CHECK(wire::rtp::TelephoneEvent::parse(rtp.payload())->event == 5);
}

TEST_CASE("without a worker the call stays, and is silent", "[io-media]") {
    io::media::RelayOptions options;
    options.codec_program = "/no/such/program";
    Fixture f(options);
    Phone phone;
    Plan plan;
    plan.sides[0] = {{transport(*f.relay->bind_pair(loopback), phone)},
                     {end(8, "pcma/8000", 111, "opus/48000/2")}};
    f.relay->apply(1, plan);
    CHECK(f.relay->statistics(1));
    f.relay->remove(1);
}
