#include "engine/dtls/openssl.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/text.hpp"
#include "engine/dtls/datagram_bio.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::dtls;
using namespace std::chrono_literals;

namespace {

using Datagram = std::vector<std::uint8_t>;

const base::Time start{1h};

crypto::Certificate certificate() {
    const std::vector<std::string> names{"breaker.example"};
    return *crypto::Certificate::self_signed(names, base::UnixTime(1'795'416'131s));
}

Datagram recorded(const std::string &name) {
    std::ifstream file(std::string(std::getenv("CORD_TEST_DATA")) + "/dtls/" + name);
    std::string hex(std::istreambuf_iterator<char>(file), {});
    std::erase(hex, '\n');
    std::string bytes = base::from_hex(hex).value();
    return {bytes.begin(), bytes.end()};
}

struct Pair {
    OpenSslFactory client_factory{certificate()};
    OpenSslFactory server_factory{certificate()};
    std::unique_ptr<Handshaker> client = client_factory.make(Role::client);
    std::unique_ptr<Handshaker> server = server_factory.make(Role::server);

    /// Carries datagrams until none is left; `change` may drop, double or reorder those of one flight.
    template <class F>
    void run(F &&change) {
        for (int round = 0; round < 20; ++round) {
            carry(*client, *server, change);
            carry(*server, *client, change);
        }
    }
    void run() {
        run([](std::vector<Datagram> &) {});
    }

  private:
    template <class F>
    static void carry(Handshaker &from, Handshaker &to, F &change) {
        std::vector<Datagram> flight = from.take_datagrams();
        change(flight);
        for (const Datagram &d : flight) {
            CHECK(d.size() <= std::size_t{mtu});
            to.receive(d, start);
        }
    }
};

void check_keys(const Handshaker &one, const Handshaker &other) {
    auto a = one.keys();
    auto b = other.keys();
    REQUIRE(a);
    REQUIRE(b);
    CHECK(base::to_hex(a->outbound.both()) == base::to_hex(b->inbound.both()));
    CHECK(base::to_hex(a->inbound.both()) == base::to_hex(b->outbound.both()));
    CHECK(base::to_hex(a->inbound.both()) != base::to_hex(a->outbound.both()));
    CHECK(a->inbound.suite() == engine::srtp::Suite::aead_aes_128_gcm);
}

} // namespace

TEST_CASE("both roles agree on keys and know each other's certificate", "[dtls]") {
    Pair pair;
    pair.server->start(start);
    CHECK(pair.server->take_datagrams().empty());
    pair.client->start(start);
    CHECK(pair.client->deadline() > start);
    CHECK(pair.client->deadline() <= start + 100ms);
    CHECK_FALSE(pair.client->keys());
    pair.run();
    REQUIRE(pair.client->state() == State::connected);
    REQUIRE(pair.server->state() == State::connected);
    check_keys(*pair.client, *pair.server);
    CHECK(pair.client->deadline() == base::never);
    CHECK(pair.client->peer_is({pair.server_factory.fingerprint()}));
    CHECK(pair.server->peer_is({{"sha-1", "00"}, pair.client_factory.fingerprint()}));
}

TEST_CASE("another certificate than the one of the description is noticed", "[dtls]") {
    Pair pair;
    pair.client->start(start);
    pair.run();
    CHECK_FALSE(pair.client->peer_is({pair.client_factory.fingerprint()}));
    CHECK_FALSE(pair.client->peer_is({}));
    Fingerprint unknown{"md5", pair.server_factory.fingerprint().value};
    CHECK_FALSE(pair.client->peer_is({unknown}));
    Fingerprint lower{"SHA-256", base::lower(pair.server_factory.fingerprint().value)};
    CHECK(pair.client->peer_is({lower}));
}

TEST_CASE("datagrams of a flight may be doubled and turned round", "[dtls]") {
    Pair pair;
    pair.client->start(start);
    pair.run([](std::vector<Datagram> &flight) {
        flight.insert(flight.end(), flight.begin(), flight.end());
        std::reverse(flight.begin(), flight.end());
    });
    CHECK(pair.client->state() == State::connected);
    CHECK(pair.server->state() == State::connected);
}

TEST_CASE("a lost flight is sent again at the deadline", "[dtls]") {
    Pair pair;
    pair.client->start(start);
    CHECK_FALSE(pair.client->take_datagrams().empty()); // lost
    std::this_thread::sleep_for(110ms);                 // OpenSSL reads its own clock
    pair.client->on_deadline(start + 110ms);
    CHECK(pair.client->deadline() > start + 110ms);
    pair.run();
    CHECK(pair.client->state() == State::connected);
    CHECK(pair.server->state() == State::connected);
}

TEST_CASE("Chromium's ClientHello comes in two datagrams, in either order", "[dtls]") {
    std::vector<Datagram> hello{recorded("chromium-156-clienthello-1.hex"),
                                recorded("chromium-156-clienthello-2.hex")};
    if (GENERATE(false, true))
        std::swap(hello[0], hello[1]);
    OpenSslFactory factory(certificate());
    auto server = factory.make(Role::server);
    server->receive(hello[0], start);
    CHECK(server->take_datagrams().empty());
    server->receive(hello[1], start);
    CHECK(server->state() == State::handshaking);
    auto flight = server->take_datagrams();
    REQUIRE_FALSE(flight.empty());
    CHECK(flight[0][0] == 22); // handshake
    CHECK(flight[0][13] == 2); // ServerHello, not HelloVerifyRequest
    CHECK(server->deadline() <= start + 100ms);
}

TEST_CASE("closing is told to the peer", "[dtls]") {
    Pair pair;
    pair.client->start(start);
    pair.run();
    pair.client->close();
    CHECK(pair.client->state() == State::closed);
    pair.run();
    CHECK(pair.server->state() == State::closed);
}

TEST_CASE("garbage does not disturb a handshake", "[dtls]") {
    Pair pair;
    pair.client->start(start);
    pair.server->receive(base::as_bytes("\x16 nonsense"), start);
    pair.server->receive(base::as_bytes("\x16\xfe\xff\x01\x01\x01\x01\x01\x01\x01\x01\xff\xff\x01"), start);
    pair.run();
    CHECK(pair.server->state() == State::connected);
    pair.server->receive(base::as_bytes("\x17\xfe\xfd garbage after the handshake"), start);
    CHECK(pair.server->state() == State::connected);
}
