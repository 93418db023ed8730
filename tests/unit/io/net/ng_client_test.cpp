#include "io/net/ng_client.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <thread>

#include "io/net/fd.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::io::net;
using namespace std::chrono_literals;

namespace {

/// Runs the loop until `done`, two seconds at most.
struct Run {
    Loop loop;
    base::SeededRandom random{1};
    std::optional<std::string> reply;
    bool answered = false;

    NgClient::Answer answer() {
        return [this](std::optional<std::string_view> dictionary) {
            answered = true;
            if (dictionary)
                reply = std::string(*dictionary);
            loop.stop();
        };
    }
    void run() {
        Timer limit(loop);
        limit.after(5s, [this] { loop.stop(); });
        loop.run();
    }
};

/// A breaker on a UDP port of loopback that answers each request as `respond` says.
struct UdpBreaker {
    explicit UdpBreaker(std::function<std::vector<std::string>(std::string)> respond)
        : fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bind(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof address);
        socklen_t size = sizeof address;
        getsockname(fd.get(), reinterpret_cast<sockaddr *>(&address), &size);
        port = ntohs(address.sin_port);
        timeval wait{0, 20'000};
        setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
        thread = std::thread([this, respond] {
            while (!ending) {
                char buffer[2000];
                sockaddr_in from{};
                socklen_t n = sizeof from;
                const ssize_t got =
                    recvfrom(fd.get(), buffer, sizeof buffer, 0, reinterpret_cast<sockaddr *>(&from), &n);
                if (got <= 0)
                    continue;
                for (const std::string &text : respond(std::string(buffer, static_cast<std::size_t>(got))))
                    sendto(fd.get(), text.data(), text.size(), 0, reinterpret_cast<sockaddr *>(&from), n);
            }
        });
    }
    ~UdpBreaker() {
        ending = true;
        thread.join();
    }
    [[nodiscard]] std::string endpoint() const { return "udp:127.0.0.1:" + std::to_string(port); }

    Fd fd;
    std::uint16_t port = 0;
    std::atomic<bool> ending{false};
    std::thread thread;
};

std::string cookie_of(const std::string &request) { return request.substr(0, request.find(' ')); }

} // namespace

TEST_CASE("endpoints as the command line writes them") {
    CHECK(NgEndpoint::parse("unix:/run/x/ng.sock")->address == "/run/x/ng.sock");
    CHECK(NgEndpoint::parse("udp:127.0.0.1:2223")->kind == NgEndpoint::Kind::udp);
    CHECK(NgEndpoint::parse("exec:rtc-breaker --ng -")->address == "rtc-breaker --ng -");
    for (const char *wrong : {"", "udp:", "udp:host", "udp:host:99999", "tcp:h:1", "/path"})
        CHECK_FALSE(NgEndpoint::parse(wrong));
}

TEST_CASE("a request and its reply over UDP, strange cookies passed over") {
    UdpBreaker breaker([](std::string request) {
        return std::vector<std::string>{"stranger d6:result4:evile", cookie_of(request) + " d6:result2:oke"};
    });
    Run t;
    NgClient client(t.loop, t.random, *NgEndpoint::parse(breaker.endpoint()));
    client.ask("d7:command5:offere", t.answer());
    t.run();
    CHECK(t.reply == "d6:result2:oke");
    CHECK(client.up());
}

TEST_CASE("a lost datagram is repeated with the same cookie") {
    std::vector<std::string> seen;
    UdpBreaker breaker([&seen](std::string request) {
        if (request.find("ping") != std::string::npos)
            return std::vector<std::string>{};
        seen.push_back(request);
        return seen.size() < 2 ? std::vector<std::string>{}
                               : std::vector<std::string>{cookie_of(request) + " d6:result2:oke"};
    });
    Run t;
    NgClient client(t.loop, t.random, *NgEndpoint::parse(breaker.endpoint()));
    client.ask("d7:command5:offere", t.answer());
    t.run();
    CHECK(t.reply == "d6:result2:oke");
    REQUIRE(seen.size() == 2);
    CHECK(seen[0] == seen[1]);
}

TEST_CASE("silence is told as no answer, and the breaker is down") {
    UdpBreaker breaker([](std::string) { return std::vector<std::string>{}; });
    Run t;
    NgClient client(t.loop, t.random, *NgEndpoint::parse(breaker.endpoint()));
    bool state = true;
    client.on_state([&state](bool up) { state = up; });
    client.ask("d7:command5:offere", t.answer());
    t.run();
    CHECK(t.answered);
    CHECK_FALSE(t.reply);
    CHECK_FALSE(state);
}

TEST_CASE("a socket where nobody listens fails at once") {
    Run t;
    NgClient client(t.loop, t.random, *NgEndpoint::parse("unix:/nonexistent/ng.sock"));
    client.ask("d7:command5:offere", t.answer());
    CHECK_FALSE(t.answered);
    t.run();
    CHECK(t.answered);
    CHECK_FALSE(t.reply);
}

TEST_CASE("a child that speaks ng on its standard streams, replies in pieces and two at once") {
    Run t;
    // Answers the client's first ping and our request together, and cuts the reply in the middle.
    NgClient client(
        t.loop, t.random,
        *NgEndpoint::parse(
            "exec:exec python3 -uc 'import os, time; got = b\"\"\n"
            "while got.count(b\"command\") < 2: got += os.read(0, 9999)\n"
            "a, b = [w[-10:].strip(b\"e\") for w in (got.split(b\" d\")[0], got.split(b\" d\")[1])]\n"
            "os.write(1, a + b\" d6:result\"); time.sleep(0.05)\n"
            "os.write(1, b\"4:ponge\" + b + b\" d6:result2:oke\"); os.read(0, 1)'"));
    Timer later(t.loop);
    later.after(20ms, [&] { client.ask("d7:command5:offere", t.answer()); });
    t.run();
    CHECK(t.reply == "d6:result2:oke");
    CHECK(client.up());
}

TEST_CASE("a breaker by its name", "[net]") {
    UdpBreaker breaker(
        [](std::string request) { return std::vector<std::string>{cookie_of(request) + " d6:result2:oke"}; });
    Run t;
    NgClient client(t.loop, t.random, *NgEndpoint::parse("udp:localhost:" + std::to_string(breaker.port)));
    client.ask("d7:command5:offere", t.answer());
    t.run();
    CHECK(t.reply == "d6:result2:oke");
}

TEST_CASE("a child that minds no SIGTERM does not hold its client", "[net]") {
    Run t;
    {
        NgClient client(t.loop, t.random, *NgEndpoint::parse("exec:trap '' TERM; while :; do read x; done"));
        client.ask("d7:command5:offere", {});
        Timer later(t.loop);
        later.after(100ms, [&] { t.loop.stop(); });
        t.loop.run();
    }
    SUCCEED("it has ended");
}

TEST_CASE("a breaker that ends while its reply is looked at is opened again", "[net]") {
    Run t;
    NgClient client(t.loop, t.random,
                    *NgEndpoint::parse("exec:exec python3 -uc 'import os; got = os.read(0, 9999)\n"
                                       "os.write(1, got.split(b\" \")[0] + b\" d6:result2:oke\")'"));
    int replies = 0;
    client.ask("d7:command5:offere", [&](std::optional<std::string_view>) {
        ++replies;
        usleep(300'000); // by now it has ended
        client.ask("d7:command5:offere",
                   [&](std::optional<std::string_view> none) { replies += none ? 10 : 1; });
        client.ask("d7:command5:offere", [](std::optional<std::string_view>) {});
    });
    Timer until(t.loop);
    until.after(2s, [&] { t.loop.stop(); });
    t.loop.run();
    CHECK(replies == 2);
}
