#include "io/net/transports.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include "io/net/clock.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/folder.hpp"
#include "wire/stun/message.hpp"

using namespace cord;
using namespace cord::io::net;
using namespace std::chrono_literals;

namespace {

const char options_request[] =
    "OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n"
    "To: <sip:h>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

base::Endpoint loopback(std::uint16_t port = 0) { return {*base::IpAddress::parse("127.0.0.1"), port}; }

/// Transports, and what they told.
struct Node {
    Node(Loop &l, Transports::Options options = {})
        : loop(l),
          transports(loop, std::move(options),
                     {[this](const Flow &, base::Bytes b) { messages.emplace_back(base::as_text(b)); },
                      [](const Flow &, const wire::sip::FrameError &) {},
                      [this](const Flow &flow) { closed.push_back(flow); },
                      [this](std::uint64_t token) { failed.push_back(token); }}) {}

    Loop &loop;
    std::vector<std::string> messages;
    std::vector<Flow> closed;
    std::vector<std::uint64_t> failed;
    Transports transports;
};

/// Runs the loop until `done`, three seconds at most.
bool run(Loop &loop, const std::function<bool()> &done) {
    for (int i = 0; i < 300; ++i) {
        if (done())
            return true;
        loop.context().restart();
        loop.context().run_for(10ms);
    }
    return false;
}

/// What is written to stderr as long as this lives.
class Words {
  public:
    explicit Words(std::string path) : path_(std::move(path)), before_(::dup(STDERR_FILENO)) {
        Fd file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
        ::dup2(file.get(), STDERR_FILENO);
    }
    ~Words() { ::dup2(before_.get(), STDERR_FILENO); }
    [[nodiscard]] std::string text() const { return tests::read_file(path_); }

  private:
    std::string path_;
    Fd before_;
};

} // namespace

TEST_CASE("a TLS peer has to prove that it is the host we mean", "[net]") {
    tests::Folder folder;
    Loop loop;
    auto certificate = crypto::Certificate::self_signed(
        std::vector<std::string>{"trunk.test", "*.many.test", "p*.x.many.test", "127.0.0.1"}, now().unix);
    REQUIRE(certificate->save(folder.path + "/cert.pem", folder.path + "/key.pem"));
    const auto trusting = TlsClient::trusting(folder.path + "/cert.pem");
    REQUIRE(trusting);
    Node server(loop), client(loop), other(loop);
    server.transports.use_certificates({&*certificate, 1});
    auto at = server.transports.listen(Transport::tls, loopback());
    const Flow flow{Transport::tls, 0, 0, {}, *at};
    auto sent = [&](Node &from, std::uint64_t token) {
        std::size_t heard = server.messages.size();
        (void)from.transports.send(flow, options_request, token);
        (void)run(loop, [&] { return server.messages.size() > heard || !from.failed.empty(); });
        return server.messages.size() > heard;
    };

    SECTION("self-signed: refused, and the log says so once") {
        client.transports.name_peer(*at, "trunk.test");
        Words words(folder.path + "/words");
        CHECK_FALSE(sent(client, 1));
        client.failed.clear();
        CHECK_FALSE(sent(client, 2));
        CHECK(client.failed == std::vector<std::uint64_t>{2});
        const std::string said = words.text();
        CHECK(said.find("trunk.test") != std::string::npos);
        CHECK(said.find("is not trusted") == said.rfind("is not trusted"));
    }
    SECTION("its authority is trusted: by name, and by address when it has no name") {
        client.transports.use_client(*trusting);
        CHECK(sent(client, 1));
        other.transports.use_client(*trusting);
        other.transports.name_peer(*at, "trunk.test");
        CHECK(sent(other, 2));
    }
    SECTION("a good certificate for another host is not enough") {
        client.transports.use_client(*trusting);
        client.transports.name_peer(*at, "other.test");
        Words words(folder.path + "/words");
        CHECK_FALSE(sent(client, 1));
        CHECK(words.text().find("ostname mismatch") != std::string::npos);
    }
    SECTION("the system's authorities are read for the first connection, not before") {
        ::setenv("SSL_CERT_FILE", (folder.path + "/cert.pem").c_str(), 1);
        CHECK(sent(client, 1));
        ::unsetenv("SSL_CERT_FILE");
    }
    SECTION("a wildcard is for one label, and for a whole one") {
        client.transports.use_client(*trusting);
        for (const char *name : {"part.x.many.test", "many.test", "a.far.many.test"}) {
            client.transports.name_peer(*at, name);
            CHECK_FALSE(sent(client, 1));
            client.failed.clear();
        }
        client.transports.name_peer(*at, "one.many.test");
        CHECK(sent(client, 1));
    }
    SECTION("RFC 5923 8.1: a connection serves the name that was proved over it, and no other") {
        client.transports.use_client(*trusting);
        for (const char *name : {"trunk.test", "one.many.test", "trunk.test", "one.many.test"}) {
            client.transports.name_peer(*at, name);
            CHECK(sent(client, 1));
        }
        CHECK(server.transports.counts().accepted == 2);
        client.transports.name_peer(*at, "other.test");
        CHECK_FALSE(sent(client, 2));
    }
    SECTION("RFC 5923 9.2: nothing but answers goes to a client that has shown no certificate") {
        client.transports.use_client(*trusting);
        const auto used = client.transports.send(flow, options_request, 1);
        REQUIRE(run(loop, [&] { return server.messages.size() == 1; }));
        (void)server.transports.send({Transport::tls, 0, 0, {}, used->local}, options_request, 2);
        CHECK(run(loop, [&] { return !server.failed.empty(); }));
        CHECK(client.messages.empty());
    }
    SECTION("of many names the oldest are forgotten: there it has to prove its address") {
        Transports::Options options;
        options.max_tls_peers = 2;
        Node forgetful(loop, options);
        forgetful.transports.use_client(*trusting);
        forgetful.transports.name_peer(*at, "other.test");
        for (std::uint16_t port : {1, 2})
            forgetful.transports.name_peer(loopback(port), "other.test");
        CHECK(sent(forgetful, 1));
    }
    CHECK_FALSE(TlsClient::trusting(folder.path + "/key.pem"));
    auto none = TlsClient::trusting(folder.path + "/none.pem");
    REQUIRE_FALSE(none);
    CHECK(none.error().find("No such file") != std::string::npos);
}

TEST_CASE("RFC 6066 3: a TLS client sees the certificate of the host it names", "[net]") {
    tests::Folder folder;
    Loop loop;
    std::vector<crypto::Certificate> certificates;
    for (const char *name : {"a.test", "b.test", "*.c.test"})
        certificates.push_back(*crypto::Certificate::self_signed(std::vector<std::string>{name}, now().unix));
    auto file = [&](std::size_t i) { return fmt::format("{}/{}.pem", folder.path, i); };
    for (std::size_t i = 0; i < certificates.size(); ++i)
        REQUIRE(certificates[i].save(file(i), file(i)));
    Node server(loop);
    server.transports.use_certificates(certificates);
    auto at = server.transports.listen(Transport::tls, loopback());
    const Flow flow{Transport::tls, 0, 0, {}, *at};
    // Whether a client that trusts only certificate `i` is content when it asks for `host`.
    auto shown = [&](std::size_t i, const std::string &host) {
        Node client(loop);
        client.transports.use_client(*TlsClient::trusting(file(i)));
        client.transports.name_peer(*at, host);
        std::size_t heard = server.messages.size();
        Words words(folder.path + "/words");
        (void)client.transports.send(flow, options_request, 1);
        (void)run(loop, [&] { return server.messages.size() > heard || !client.failed.empty(); });
        return server.messages.size() > heard;
    };
    CHECK(shown(0, "a.test"));
    CHECK(shown(1, "b.test"));
    CHECK_FALSE(shown(0, "b.test"));
    CHECK(shown(2, "deep.c.test"));
    CHECK_FALSE(shown(2, "c.test")); // unknown: the first is shown

    SECTION("exchanged: a connection that stands goes on, new ones see the new") {
        Node client(loop);
        client.transports.use_client(*TlsClient::trusting(file(1)));
        client.transports.name_peer(*at, "b.test");
        auto say = [&] {
            std::size_t heard = server.messages.size();
            (void)client.transports.send(flow, options_request, 1);
            return run(loop, [&] { return server.messages.size() > heard; });
        };
        CHECK(say());
        for (int i = 0; i < 100; ++i)
            server.transports.use_certificates({certificates.data() + 2, 1});
        CHECK(say());
        CHECK(server.transports.counts().connections == 1);
        CHECK_FALSE(shown(1, "b.test"));
        CHECK(shown(2, "deep.c.test"));
    }
}

TEST_CASE("listeners without a descriptor left accept again, each of them", "[net]") {
    Loop loop;
    Node server(loop);
    auto first = server.transports.listen(Transport::tcp, loopback());
    auto second = server.transports.listen(Transport::tcp, loopback());
    auto one = connect_tcp(*first), other = connect_tcp(*second);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{3, before.rlim_max}; // those that are open stay
    ::setrlimit(RLIMIT_NOFILE, &none);
    loop.context().run_for(50ms);
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(server.transports.counts().accepted == 0);
    CHECK(run(loop, [&] { return server.transports.counts().accepted == 2; }));
}

TEST_CASE("bytes that trickle in keep no connection half open, and no part of a message", "[net]") {
    Loop loop;
    Transports::Options options;
    options.limits.half_open = options.limits.stuck = 200ms;
    Node server(loop, std::move(options));
    auto at = server.transports.listen(Transport::tcp, loopback());
    auto client = connect_tcp(*at);
    std::string_view rest;
    SECTION("at first") { rest = options_request; }
    SECTION("after a message") {
        REQUIRE(run(
            loop, [&] { return ::send(client->get(), options_request, sizeof options_request - 1, 0) > 0; }));
        REQUIRE(run(loop, [&] { return server.messages.size() == 1; }));
        rest = options_request;
    }
    auto next = now().mono + 50ms;
    const auto begin = now().mono;
    CHECK(run(loop, [&] {
        if (now().mono >= next && ::send(client->get(), rest.data(), 1, MSG_NOSIGNAL) == 1) {
            rest.remove_prefix(1);
            next = now().mono + 50ms;
        }
        return server.transports.counts().accepted == 1 && server.transports.counts().connections == 0;
    }));
    CHECK(now().mono - begin < 1s);
}

TEST_CASE("one source may hold so many connections, and others still come", "[net]") {
    Loop loop;
    Transports::Options options;
    options.max_of_one = 2;
    Node server(loop, std::move(options));
    auto at = server.transports.listen(Transport::tcp, loopback());
    auto accepted = [&] { return server.transports.counts().accepted; };
    auto one = connect_tcp(*at), two = connect_tcp(*at), three = connect_tcp(*at);
    CHECK(run(loop, [&] { return server.transports.counts().refused == 1; }));
    CHECK(accepted() == 2);
    Fd other(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const SocketAddress from = to_system({*base::IpAddress::parse("127.0.0.9"), 0}, false),
                        to = to_system(*at, false);
    REQUIRE(::bind(other.get(), from.get(), from.size) == 0);
    (void)::connect(other.get(), to.get(), to.size);
    CHECK(run(loop, [&] { return accepted() == 3; }));
    one->reset();
    CHECK(run(loop, [&] { return server.transports.counts().connections == 2; }));
    auto again = connect_tcp(*at);
    CHECK(run(loop, [&] { return accepted() == 4; }));
}

TEST_CASE("the end of a connection that we opened is told, whether the peer took it or not", "[net]") {
    Loop loop;
    Node client(loop);
    auto listening = listen_tcp(loopback());
    const base::Endpoint at = local_endpoint(listening->get());
    const Flow flow{Transport::tcp, 0, 0, {}, at};

    SECTION("nobody listens any more") {
        listening->reset();
        (void)client.transports.send(flow, options_request, 5);
        CHECK(run(loop, [&] { return !client.closed.empty(); }));
        CHECK(client.failed == std::vector<std::uint64_t>{5});
    }
    SECTION("the peer takes the message and hangs up") {
        auto used = client.transports.send(flow, options_request, 5);
        REQUIRE(used);
        Fd peer(::accept(listening->get(), nullptr, nullptr));
        char buffer[1000];
        (void)run(loop, [&] { return !peer || ::recv(peer.get(), buffer, sizeof buffer, MSG_DONTWAIT) > 0; });
        peer.reset();
        CHECK(run(loop, [&] { return !client.closed.empty(); }));
        CHECK(client.closed == std::vector<Flow>{*used});
        CHECK(client.failed.empty());
    }
}

TEST_CASE("RFC 5626 4.4.2: a STUN binding request on the SIP port is answered with the address it came from",
          "[net]") {
    Loop loop;
    Node server(loop);
    auto at = server.transports.listen(Transport::udp, loopback());
    auto client = bind_udp(loopback());
    const unsigned char request[] = {0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1,  2,
                                     3, 4, 5, 6, 7,    8,    9,    10,   11, 12};
    const SocketAddress to = to_system(*at, false);
    REQUIRE(::sendto(client->get(), request, sizeof request, 0, to.get(), to.size) == sizeof request);
    std::array<std::uint8_t, 500> answer{};
    ssize_t n = -1;
    CHECK(run(loop,
              [&] { return (n = ::recv(client->get(), answer.data(), answer.size(), MSG_DONTWAIT)) > 0; }));
    auto message = wire::stun::Message::parse(base::Bytes(answer.data(), static_cast<std::size_t>(n)));
    REQUIRE(message);
    CHECK(message->message_class() == wire::stun::Class::success);
    CHECK(message->xor_mapped_address() == local_endpoint(client->get()));
    CHECK(server.messages.empty());
}

TEST_CASE("a long answer to a slow HTTP client is not cut as long as it reads", "[net]") {
    Loop loop;
    const std::string file(32 << 20, 'x');
    Transports::Options options;
    options.limits.half_open = 200ms;
    options.websocket.http = [&file](const io::http::Request &) { return io::http::Response{200, {}, file}; };
    Node server(loop, std::move(options));
    auto at = server.transports.listen(Transport::ws, loopback());
    auto client = connect_tcp(*at);
    std::string request = "GET /file HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    std::vector<char> buffer(4 << 20);
    std::size_t got = 0;
    bool ended = false;
    const base::Time begin = now().mono;
    CHECK(run(loop, [&] {
        if (!request.empty() && ::send(client->get(), request.data(), request.size(), MSG_NOSIGNAL) > 0)
            request.clear();
        // 4 MB each tenth of a second: four times the patience in all.
        while (!ended && got < static_cast<std::size_t>((now().mono - begin) / 100ms) * (4 << 20)) {
            ssize_t n = ::recv(client->get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (n < 0)
                break;
            got += static_cast<std::size_t>(n);
            ended = n == 0;
        }
        return ended;
    }));
    CHECK(got > file.size());
    CHECK(now().mono - begin > 600ms);
}
