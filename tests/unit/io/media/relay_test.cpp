// Packets through real sockets on the loopback address.
#include "fixture.hpp"
#include "wire/rtp/packet.hpp"

using namespace cord;
using namespace cord::engine::media;
using namespace std::chrono_literals;
using namespace cord::io::media::test;
using io::media::RelayOptions;

namespace {

std::string rtp(std::uint16_t sequence, std::size_t payload = 160) {
    std::vector<std::uint8_t> bytes;
    wire::rtp::append_header(bytes, {8, false, sequence, 160U * sequence, 0xaaaa});
    return std::string(base::as_text(bytes)) + std::string(payload, 'x');
}

StreamEnd pcma() {
    StreamEnd end;
    const Codec codec = *wire::rtp::CodecSpec::parse("pcma/8000");
    end.incoming = {{.from = 8, .to = 8, .from_codec = codec, .to_codec = codec}};
    return end;
}

struct Call : Fixture {
    explicit Call(const base::IpAddress &ip = loopback, base::Duration silence = 60s)
        : Fixture(with_silence(silence)), one(ip), two(ip) {
        first = *relay->bind_pair(ip);
        second = *relay->bind_pair(ip);
        facing_one = {ip, first.rtp_port};
        facing_two = {ip, second.rtp_port};
        plan.sides[0] = {{transport(first, one)}, {pcma()}};
        plan.sides[1] = {{transport(second, two)}, {pcma()}};
        relay->apply(1, plan);
    }
    static RelayOptions with_silence(base::Duration silence) {
        RelayOptions options;
        options.timeouts.silence = silence;
        return options;
    }
    Phone one;
    Phone two;
    io::media::PortPair first;
    io::media::PortPair second;
    base::Endpoint facing_one;
    base::Endpoint facing_two;
    Plan plan;
};

void packets_pass_in_order(const base::IpAddress &ip) {
    Call call(ip);
    for (std::uint16_t n = 0; n < 100; ++n)
        call.one.send(call.facing_one, rtp(n));
    call.two.send(call.facing_two, rtp(7));
    std::vector<std::string> got;
    std::string back;
    CHECK(call.run_until([&] {
        for (std::string s; !(s = call.two.receive()).empty();)
            got.push_back(s);
        if (back.empty())
            back = call.one.receive();
        return got.size() == 100 && !back.empty();
    }));
    bool in_order = true;
    for (std::uint16_t n = 0; n < got.size(); ++n)
        in_order &= got[n] == rtp(n);
    CHECK(in_order);
    CHECK(back == rtp(7));
    auto counters = call.relay->counters();
    CHECK(counters.received == 101);
    CHECK(counters.sent == 101);
    CHECK(counters.not_sent == 0);
    CHECK(call.relay->statistics(1)->sides[0].streams[0].received.packets == 100);
}

} // namespace

TEST_CASE("packets pass between two sockets, in order, in batches", "[io-media]") {
    packets_pass_in_order(loopback);
    packets_pass_in_order(*base::IpAddress::parse("::1"));
}

TEST_CASE("ports come in pairs, even first, and go back", "[io-media]") {
    Fixture f;
    auto pair = f.relay->bind_pair(loopback);
    REQUIRE(pair);
    CHECK(pair->rtp_port % 2 == 0);
    CHECK_FALSE(io::net::bind_udp({loopback, pair->rtp_port}));
    CHECK_FALSE(io::net::bind_udp({loopback, static_cast<std::uint16_t>(pair->rtp_port + 1)}));
    f.relay->release(pair->rtp);
    f.relay->release(pair->rtcp);
    f.relay->release(pair->rtcp);
    CHECK(io::net::bind_udp({loopback, pair->rtp_port}));
    CHECK(f.relay->bind_pair(*base::IpAddress::parse("192.0.2.1"))
              .error()
              .ends_with("Cannot assign requested address"));
    auto shared = f.relay->bind_shared({loopback, 0});
    CHECK(shared);
}

TEST_CASE("datagrams that no media is, are dropped and counted", "[io-media]") {
    Call call;
    call.one.send(call.facing_one, rtp(1, 3000));
    call.one.send(call.facing_one, "");
    call.one.send(call.facing_one, rtp(2));
    std::string got;
    CHECK(call.run_until([&] { return !(got = call.two.receive()).empty(); }));
    CHECK(got == rtp(2));
    CHECK(call.relay->counters().too_long == 1);
}

TEST_CASE("the timer tells of silence, and a session may be removed from there", "[io-media]") {
    Call call(loopback, 20ms);
    CHECK(call.run_until([&] { return !call.events.empty(); }));
    CHECK(call.events.front().what == Event::What::media_timeout);
    call.relay->remove(1);
    CHECK_FALSE(call.relay->statistics(1));
}

TEST_CASE("under load packets gather, and all of them pass, in order", "[io-media]") {
    Call call;
    std::uint16_t sent = 0;
    std::uint16_t got = 0;
    bool in_order = true;
    int idle = 0;
    CHECK(call.run_until([&] {
        for (int n = 0; n < 3 && sent < 300; ++n, ++sent)
            call.one.send(call.facing_one, rtp(sent));
        for (std::string s; !(s = call.two.receive()).empty(); ++got)
            in_order &= s == rtp(got);
        if (got == 300 && ++idle == 20) // after a pause a packet wakes the relay again
            call.one.send(call.facing_one, rtp(sent++));
        return got == 301;
    }));
    CHECK(in_order);
}

TEST_CASE("a flood on a port that calls share leaves the others their turn", "[io-media]") {
    Call call;
    const auto place = *call.relay->bind_pair(loopback);
    call.relay->release(place.rtp);
    const base::Endpoint at{loopback, place.rtp_port};
    REQUIRE(call.relay->bind_shared(at));
    Phone flooder;
    for (int n = 0; n < 150; ++n)
        flooder.send(at, "no media");
    call.one.send(call.facing_one, rtp(1));
    std::uint64_t strays_before = 150;
    CHECK(call.run_until([&] {
        if (call.two.receive() == rtp(1))
            strays_before = call.relay->counters().strays;
        return call.relay->counters().strays == 150;
    }));
    CHECK(strays_before < 150);
}
