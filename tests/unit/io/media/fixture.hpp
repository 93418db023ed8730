// A relay on the loopback address, and phones with real sockets.
#pragma once

#include <sys/socket.h>

#include <functional>

#include "crypto/random.hpp"
#include "engine/dtls/openssl.hpp"
#include "io/media/relay.hpp"
#include "io/net/clock.hpp"
#include "io/net/socket.hpp"
#include "support/catch.hpp"

namespace cord::io::media::test {

using engine::media::Event;
using engine::media::TransportPlan;
using namespace std::chrono_literals;

inline const base::IpAddress loopback = *base::IpAddress::parse("127.0.0.1");

inline crypto::Certificate certificate() {
    const std::vector<std::string> names{"test.example"};
    return *crypto::Certificate::self_signed(names, base::UnixTime(1'795'416'131s));
}

/// A socket of a phone.
struct Phone {
    explicit Phone(const base::IpAddress &ip = loopback) : fd(*net::bind_udp({ip, 0})), v6(ip.v6) {}

    [[nodiscard]] base::Endpoint address() const { return net::local_endpoint(fd.get()); }
    void send(const base::Endpoint &to, std::string_view bytes) const {
        auto where = net::to_system(to, v6);
        REQUIRE(::sendto(fd.get(), bytes.data(), bytes.size(), 0, where.get(), where.size) >= 0);
    }
    std::string receive() const {
        std::array<char, 4096> room;
        ssize_t n = ::recv(fd.get(), room.data(), room.size(), MSG_DONTWAIT);
        return n < 0 ? std::string() : std::string(room.data(), static_cast<std::size_t>(n));
    }
    net::Fd fd;
    bool v6;
};

struct Fixture {
    net::Loop loop;
    crypto::SystemRandom random;
    engine::dtls::OpenSslFactory handshakers{certificate()};
    std::vector<Event> events;
    std::unique_ptr<Relay> relay;

    explicit Fixture(RelayOptions options = {}) {
        relay = std::make_unique<Relay>(loop, handshakers, random, options,
                                        [this](const Event &e) { events.push_back(e); });
    }

    /// Runs the loop, once, until `done`; five seconds at most.
    bool run_until(const std::function<bool()> &done) {
        net::Timer poll(loop);
        net::Timer limit(loop);
        bool was_done = false;
        std::function<void()> look = [&] {
            was_done = done();
            if (was_done)
                loop.stop();
            else
                poll.after(1ms, look);
        };
        limit.after(5s, [&] { loop.stop(); });
        look();
        loop.run();
        return was_done;
    }
};

/// A phone on plain RTP, as a plan has it.
inline TransportPlan transport(const PortPair &ports, const Phone &phone) {
    TransportPlan plan;
    plan.rtp = ports.rtp;
    plan.rtcp = ports.rtcp;
    plan.remote_rtp = phone.address();
    return plan;
}

} // namespace cord::io::media::test
