// `mediacodec worker` by the client that rtc-breaker uses: sound through it, its cage, its death.
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "io/codec/packetizer.hpp"
#include "io/process/worker_client.hpp"
#include "support/catch.hpp"
#include "tone.hpp"
#include "wire/rtp/packet.hpp"

using namespace cord;
using namespace cord::io::codec;
using namespace cord::io::codec::test;
using namespace std::chrono_literals;
using io::process::WorkerClient;
using wire::rtp::parse_payload_map;

namespace {

const base::Time start{100s};

WorkerClient make() {
    auto client = WorkerClient::start(std::getenv("CORD_MEDIACODEC"), start);
    REQUIRE(client);
    return std::move(*client);
}

std::vector<std::vector<std::uint8_t>> sent(const char *codec, std::uint8_t type, double hertz,
                                            double seconds) {
    std::vector<std::vector<std::uint8_t>> out;
    const CodecSpec spec = completed(CodecSpec::parse(codec).value()).value();
    auto encoder = make_encoder(spec, sound_of(spec)).value();
    const PcmFormat format = encoder->format();
    Packetizer packetizer(std::move(encoder), type, spec.clock_rate, {1, 0, 0},
                          [&out](base::Bytes rtp) { out.emplace_back(rtp.begin(), rtp.end()); });
    packetizer.sound(tone(format, hertz, seconds));
    return out;
}

std::vector<std::vector<std::uint8_t>> opus_tone(double hertz, double seconds) {
    return sent("opus", 111, hertz, seconds);
}

/// The next event; waits at most ten seconds for it.
WorkerClient::Event next(WorkerClient &client, base::Time now = start) {
    for (;;) {
        client.flush();
        if (auto event = client.receive(now))
            return *event;
        pollfd p{client.fd(), static_cast<short>(client.wants_write() ? POLLIN | POLLOUT : POLLIN), 0};
        REQUIRE(poll(&p, 1, 10'000) == 1);
    }
}

/// The sound of `packets` PCMA packets.
Pcm hear(WorkerClient &client, std::size_t packets) {
    Pcm out;
    auto decoder = make_decoder(completed(CodecSpec::parse("pcma").value()).value()).value();
    for (std::size_t n = 0; n < packets; ++n) {
        auto event = next(client);
        auto *packet = std::get_if<WorkerClient::Packet>(&event);
        REQUIRE(packet);
        auto rtp = wire::rtp::Packet::parse(packet->rtp).value();
        CHECK(rtp.payload_type() == 8);
        CHECK(rtp.sequence() == static_cast<std::uint16_t>(65530 + n));
        REQUIRE(decoder->decode(rtp.payload(), out));
    }
    return out;
}

std::string status_of(pid_t pid, const std::string &key) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key + ":"))
            return line.substr(line.find_last_of(" \t") + 1);
    return {};
}

const auto opus = parse_payload_map("111=opus/48000/2;useinbandfec=1").value();
const auto pcma = parse_payload_map("8=pcma/8000;ptime=20").value();

} // namespace

TEST_CASE("the worker transcodes a call", "[worker]") {
    WorkerClient client = make();
    client.open(1, {9, 65530, 0}, opus, pcma);
    for (const auto &packet : opus_tone(1000, 2))
        client.packet(1, packet);
    const Pcm heard = hear(client, 100);
    CHECK(fit_tone(middle(heard, 8000, 0.2), 8000, 1000).snr_db > 20);
}

TEST_CASE("the worker is in its cage before the first packet", "[worker]") {
    WorkerClient client = make();
    client.open(1, {9, 65530, 0}, opus, pcma);
    client.packet(1, opus_tone(1000, 0.02).front());
    hear(client, 1);
    CHECK(status_of(client.pid(), "Seccomp") == "2");
    CHECK(status_of(client.pid(), "NoNewPrivs") == "1");
}

TEST_CASE("in its cage it speaks every codec that is listed", "[worker]") {
    for (const Codec &codec : codecs()) {
        if (!codec.decoder || !codec.encoder || codec.clock_rate == 0)
            continue;
        CAPTURE(codec.name);
        const auto map = parse_payload_map(std::string("96=") + codec.name).value();
        WorkerClient client = make();
        client.open(1, {9, 0, 0}, pcma, map);
        client.open(2, {9, 65530, 0}, map, pcma);
        // There and back: what it makes of PCMA is made PCMA again.
        const auto packets = sent("pcma", 8, 300, 1);
        for (const auto &packet : packets)
            client.packet(1, packet);
        Pcm heard;
        auto decoder = make_decoder(completed(CodecSpec::parse("pcma").value()).value()).value();
        while (heard.size() < 8000 * 9 / 10) {
            auto event = next(client);
            auto *packet = std::get_if<WorkerClient::Packet>(&event);
            REQUIRE(packet);
            if (wire::rtp::kind_of(packet->rtp) == wire::rtp::Kind::rtcp)
                continue; // a mode request
            if (packet->id == 1)
                client.packet(2, std::vector<std::uint8_t>(packet->rtp.begin(), packet->rtp.end()));
            else
                REQUIRE(decoder->decode(wire::rtp::Packet::parse(packet->rtp)->payload(), heard));
        }
        CHECK(fit_tone(middle(heard, 8000, 0.2), 8000, 300).snr_db > 3);
    }
}

TEST_CASE("garbage in every place leaves it alive", "[worker]") {
    WorkerClient client = make();
    const pid_t pid = client.pid();
    client.open(1, {9, 65530, 0}, opus, pcma);
    std::vector<std::uint8_t> packet = opus_tone(1000, 0.02).front();
    std::uint32_t noise = 1;
    for (int n = 0; n < 2000; ++n) {
        auto damaged = packet;
        wire::rtp::set_sequence(damaged, static_cast<std::uint16_t>(n));
        wire::rtp::set_timestamp(damaged, 960u * static_cast<std::uint32_t>(n));
        for (std::size_t at = wire::rtp::header_size; at < damaged.size(); ++at)
            damaged[at] = static_cast<std::uint8_t>((noise = noise * 1664525 + 1013904223) >> 24);
        damaged.resize(wire::rtp::header_size + noise % (damaged.size() - wire::rtp::header_size));
        client.packet(1, damaged);
        while (client.receive(start))
            ;
    }
    client.packet(7, packet); // never opened
    client.close(1);
    client.open(2, {9, 65530, 0}, opus, pcma);
    client.packet(2, packet);
    for (;;) {
        auto event = next(client);
        REQUIRE_FALSE(std::holds_alternative<WorkerClient::Restarted>(event));
        if (auto *out = std::get_if<WorkerClient::Packet>(&event); out && out->id == 2)
            break;
    }
    CHECK(client.pid() == pid);
}

TEST_CASE("what it has no codec for is refused", "[worker]") {
    WorkerClient client = make();
    client.open(5, {}, parse_payload_map("96=evs/16000").value(), pcma);
    auto event = next(client);
    auto *refused = std::get_if<WorkerClient::Refused>(&event);
    REQUIRE(refused);
    CHECK(refused->id == 5);
    CHECK(refused->reason == "no such codec here (mediacodec list shows them)");
}

TEST_CASE("a worker takes 4096 streams, and says so to the next", "[worker]") {
    WorkerClient client = make();
    for (std::uint32_t id = 1; id <= 4097; ++id) {
        client.open(id, {9, 65530, 0}, parse_payload_map("0=pcmu").value(), pcma);
        client.flush();
    }
    auto event = next(client);
    auto *refused = std::get_if<WorkerClient::Refused>(&event);
    REQUIRE(refused);
    CHECK(refused->id == 4097);
    CHECK(refused->reason == "this worker has all the streams it takes");
    client.close(1);
    client.open(4097, {9, 65530, 0}, opus, pcma);
    client.packet(4097, opus_tone(1000, 0.02).front());
    CHECK(hear(client, 1).size() == 160);
}

TEST_CASE("a killed worker's streams go on", "[worker]") {
    WorkerClient client = make();
    client.open(1, {9, 100, 0}, opus, pcma);
    const auto packets = opus_tone(1000, 0.04);
    client.packet(1, packets[0]);
    next(client);
    REQUIRE(client.pid() > 0); // kill(-1) would end everything
    kill(client.pid(), SIGKILL);
    CHECK(std::holds_alternative<WorkerClient::Restarted>(next(client, start + 10s)));
    client.packet(1, packets[1]);
    auto event = next(client, start + 10s);
    auto *packet = std::get_if<WorkerClient::Packet>(&event);
    REQUIRE(packet);
    CHECK(wire::rtp::Packet::parse(packet->rtp)->sequence() == 101);
}
