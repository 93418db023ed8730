// What a client costs that is there and says nothing: of all that this process holds, not of the kernel's
// sockets.
#include <malloc.h>

#include <array>

#include <boost/asio/io_context.hpp>

#include "io/net/clock.hpp"
#include "io/net/stream.hpp"
#include "io/net/transports.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

#if defined(__SANITIZE_ADDRESS__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes(); // GCC has no header for it
#endif

using namespace cord;
using namespace cord::io::net;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view upgrade = "GET / HTTP/1.1\r\nHost: sip.example.test\r\nConnection: Upgrade\r\n"
                                     "Upgrade: websocket\r\nOrigin: https://phone.example.test\r\n"
                                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n"
                                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Bytes of the heap that are in use.
std::size_t held() {
#if defined(__SANITIZE_ADDRESS__)
    return __sanitizer_get_current_allocated_bytes();
#else
    return ::mallinfo2().uordblks;
#endif
}

/// A server, and the clients' ends of its connections, of which this process holds the descriptors alone.
struct Crowd {
    Crowd() {
        REQUIRE(certificate.save(folder.path + "/cert.pem", folder.path + "/key.pem"));
        tls = *TlsClient::trusting(folder.path + "/cert.pem");
        server.use_certificates({&certificate, 1});
    }

    /// Steps the loop until the stream has got on.
    template <class Step>
    void until_done(Step step) {
        for (int i = 0; i < 3000 && step() != Stream::Status::done; ++i) {
            loop.context().restart();
            loop.context().run_for(1ms);
        }
    }

    void join(Transport transport, const base::Endpoint &at) {
        auto fd = connect_tcp(at);
        REQUIRE(fd);
        Ssl ssl = transport == Transport::wss ? tls.connect(fd->get(), "127.0.0.1") : Ssl{};
        ends.emplace_back(::dup(fd->get()));
        Stream client(loop, std::move(*fd), std::move(ssl));
        until_done([&] { return client.handshake(); });
        until_done([&] { return client.write(base::as_bytes(upgrade)).status; });
        std::array<std::uint8_t, 1000> answer{};
        Stream::Moved got{};
        until_done([&] { return (got = client.read(answer)).status; });
        REQUIRE(base::as_text(base::Bytes(answer.data(), got.bytes)).starts_with("HTTP/1.1 101"));
    }

    /// Bytes for each of so many.
    std::size_t cost(Transport transport, std::size_t count) {
        const auto at = server.listen(transport, {*base::IpAddress::parse("127.0.0.1"), 0});
        REQUIRE(at);
        ends.reserve(count + 10);
        for (int i = 0; i < 10; ++i) // what is made once
            join(transport, *at);
        const std::size_t before = held();
        for (std::size_t i = 0; i < count; ++i)
            join(transport, *at);
        loop.context().restart();
        loop.context().run_for(20ms);
        return (held() - before) / count;
    }

    tests::Folder folder;
    Loop loop;
    crypto::Certificate certificate =
        *crypto::Certificate::self_signed(std::vector<std::string>{"127.0.0.1"}, now().unix);
    TlsClient tls;
    std::vector<Fd> ends;
    Transports server{loop,
                      {},
                      {[](const Flow &, base::Bytes) {}, [](const Flow &, const wire::sip::FrameError &) {},
                       [](const Flow &) {}, [](std::uint64_t) {}}};
};

} // namespace

TEST_CASE("an idle client holds so much memory and no more", "[net]") {
    Crowd crowd;
    SECTION("ws") {
        const std::size_t bytes = crowd.cost(Transport::ws, 300);
        CAPTURE(bytes);
        CHECK(bytes < 6'000);
    }
    SECTION("wss") {
        const std::size_t bytes = crowd.cost(Transport::wss, 100);
        CAPTURE(bytes);
        CHECK(bytes < 21'000);
    }
}
