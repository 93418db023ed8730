#include "io/resolve/resolver.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "io/resolve/rdata.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::resolve;
using namespace std::chrono_literals;

namespace {

std::string name_of(std::string_view dotted) {
    std::string out;
    base::split(dotted, '.',
                [&](std::string_view label) { out += static_cast<char>(label.size()) + std::string(label); });
    return out + '\0';
}

std::string number(unsigned v) { return {static_cast<char>(v >> 8), static_cast<char>(v)}; }
std::string text(std::string_view s) { return static_cast<char>(s.size()) + std::string(s); }

/// A DNS server on loopback that answers from a table of (type, name) to record data, and nothing else.
struct Server {
    std::map<std::pair<unsigned, std::string>, std::vector<std::string>> zone;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    io::net::Watch watch;
    std::string address;

    explicit Server(io::net::Loop &loop) : watch(loop, fd) {
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof here;
        REQUIRE(bind(fd, reinterpret_cast<sockaddr *>(&here), size) == 0);
        getsockname(fd, reinterpret_cast<sockaddr *>(&here), &size);
        address = "127.0.0.1@" + std::to_string(ntohs(here.sin_port));
        serve();
    }
    ~Server() { close(fd); }

    void serve() {
        watch.when_readable([this] {
            std::array<char, 512> buffer;
            sockaddr_in from{};
            socklen_t size = sizeof from;
            ssize_t n =
                recvfrom(fd, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr *>(&from), &size);
            if (n > 12) {
                std::string reply = answer({buffer.data(), static_cast<std::size_t>(n)});
                sendto(fd, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr *>(&from), size);
            }
            serve();
        });
    }

    std::string answer(std::string_view query) {
        const std::size_t end = query.find('\0', 12) + 1;
        const std::string name = base::lower(query.substr(12, end - 12));
        const unsigned type =
            static_cast<unsigned char>(query[end]) * 256U + static_cast<unsigned char>(query[end + 1]);
        auto found = zone.find({type, name});
        const unsigned count = found == zone.end() ? 0 : static_cast<unsigned>(found->second.size());
        std::string out = std::string(query.substr(0, 2)) + number(0x8580) + number(1) + number(count) +
                          number(0) + number(0) + std::string(query.substr(12, end + 4 - 12));
        for (unsigned i = 0; i < count; ++i)
            out += number(0xc00c) + number(type) + number(1) + number(0) + number(60) +
                   number(static_cast<unsigned>(found->second[i].size())) + found->second[i];
        return out;
    }
};

/// Searches for all at once; what each found, in the order of `uris`.
std::vector<std::string> find(io::net::Loop &loop, io::resolve::Resolver &resolver,
                              std::vector<std::string> uris) {
    std::vector<std::string> found(uris.size());
    std::size_t left = uris.size();
    io::net::Timer guard(loop);
    guard.after(20s, [&] { loop.stop(); });
    for (std::size_t i = 0; i < uris.size(); ++i)
        resolver.find(*Destination::of(*wire::sip::Uri::parse(uris[i])), [&, i](std::vector<Hop> hops) {
            for (const Hop &hop : hops)
                found[i] += std::string(name(hop.transport)) + ":" + hop.address.text() + " ";
            if (--left == 0)
                loop.stop();
        });
    loop.run();
    CHECK(left == 0);
    return found;
}

} // namespace

TEST_CASE("record data are taken apart, or refused", "[resolve]") {
    auto parse = [](RecordType type, const std::string &data) {
        return io::resolve::parse_rdata(type, base::as_bytes(data));
    };
    CHECK(std::get<base::IpAddress>(*parse(RecordType::a, std::string("\xc0\x00\x02\x01", 4))).text() ==
          "192.0.2.1");
    auto srv =
        std::get<Srv>(*parse(RecordType::srv, number(1) + number(2) + number(5060) + name_of("A.Example")));
    CHECK(srv.priority == 1);
    CHECK(srv.weight == 2);
    CHECK(srv.port == 5060);
    CHECK(srv.target == "a.example");
    CHECK(std::get<Srv>(*parse(RecordType::srv, number(1) + number(2) + number(0) + std::string(1, '\0')))
              .target.empty());
    const std::string whole =
        number(1) + number(2) + text("s") + text("SIP+D2U") + text("") + name_of("_sip._udp.a.example");
    CHECK(std::get<Naptr>(*parse(RecordType::naptr, whole)).replacement == "_sip._udp.a.example");
    for (std::size_t n = 0; n < whole.size(); ++n) {
        CHECK_FALSE(parse(RecordType::naptr, whole.substr(0, n)));
    }
    CHECK_FALSE(parse(RecordType::a, "abc"));
    CHECK_FALSE(parse(RecordType::srv, number(1) + number(2) + number(3) + "\xc0\x0c"));
}

TEST_CASE("a domain is found by NAPTR, SRV and addresses of a server", "[resolve]") {
    io::net::Loop loop;
    Server server(loop);
    server.zone[{35, name_of("example.com")}] = {number(1) + number(1) + text("s") + text("SIP+D2T") +
                                                 text("") + name_of("_sip._tcp.example.com")};
    server.zone[{33, name_of("_sip._tcp.example.com")}] = {number(1) + number(0) + number(5070) +
                                                           name_of("h.example.com")};
    server.zone[{1, name_of("h.example.com")}] = {std::string("\xc0\x00\x02\x07", 4)};
    io::resolve::Dns dns(loop, server.address);
    base::SeededRandom random(1);
    io::resolve::Resolver resolver(loop, dns, {}, random);
    auto found =
        find(loop, resolver,
             {"sip:bob@Example.com", "sip:h.example.com:5062", "sip:192.0.2.1", "sip:nobody.example"});
    CHECK(found[0] == "tcp:192.0.2.7:5070 ");
    CHECK(found[1] == "udp:192.0.2.7:5062 ");
    CHECK(found[2] == "udp:192.0.2.1:5060 ");
    CHECK(found[3].empty());
}
