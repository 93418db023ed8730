#include "io/net/http_server.hpp"

#include <sys/socket.h>

#include <thread>

#include "io/net/fd.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::io;

namespace {

/// A server on a thread of its own that tells back what it was asked.
class Service {
  public:
    explicit Service(const net::HttpServer::Options &options = {}) {
        auto server =
            net::HttpServer::listen(loop_, {*base::IpAddress::parse("127.0.0.1"), 0}, answer, options);
        REQUIRE(server);
        local_ = server->local();
        server_.emplace(std::move(*server));
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~Service() {
        loop_.post([this] {
            server_.reset();
            loop_.stop();
        });
        thread_.join();
    }

    /// A connection, blocking.
    [[nodiscard]] net::Fd connect() const {
        const net::SocketAddress address = net::to_system(local_, false);
        net::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::connect(fd.get(), address.get(), address.size) == 0);
        timeval patience{20, 0};
        ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        return fd;
    }
    /// All that comes back until the server ends the connection.
    [[nodiscard]] std::string converse(std::string_view text) const {
        net::Fd fd = connect();
        for (std::size_t sent = 0; sent < text.size();) {
            const ssize_t n = ::send(fd.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (n <= 0)
                break;
            sent += static_cast<std::size_t>(n);
        }
        return rest(fd);
    }
    static std::string rest(const net::Fd &fd) {
        std::string out;
        char buffer[65'536];
        for (ssize_t n; (n = ::recv(fd.get(), buffer, sizeof buffer, 0)) > 0;)
            out.append(buffer, static_cast<std::size_t>(n));
        return out;
    }

  private:
    static http::Response answer(const http::Request &request) {
        http::Response response{200, {{"Content-Type", "text/plain"}}, {}};
        response.body = request.method + " " + request.target + " [" + request.content_type + "] " +
                        (request.origin ? "from " + *request.origin + " " : "") + request.body;
        if (request.target == "/big")
            response.body.assign(5'000'000, 'x');
        response.head_only = request.method == "HEAD";
        return response;
    }

    net::Loop loop_;
    base::Endpoint local_;
    std::optional<net::HttpServer> server_;
    std::thread thread_;
};

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; at += what.size())
        ++n;
    return n;
}

} // namespace

TEST_CASE("requests are answered, one after the other over a connection", "[http]") {
    const Service service;
    const std::string answers = service.converse(
        "POST /RPC HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\nOrigin: https://o\r\nContent-Length: "
        "3\r\n\r\nabc"
        "HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n"
        "POST /y HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"
        "GET /z HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK(count(answers, "HTTP/1.1 200 OK\r\n") == 4);
    CHECK(answers.find("Content-Length: 39\r\nConnection: keep-alive\r\n\r\nPOST /RPC [text/xml] from "
                       "https://o abcHTTP/1.1") != std::string::npos);
    CHECK(answers.find("HEAD /x") == std::string::npos);
    CHECK(answers.find("POST /y [] def") != std::string::npos);
    CHECK(answers.ends_with("Connection: close\r\n\r\nGET /z [] "));
    CHECK(service.converse("GET / HTTP/1.0\r\n\r\n").ends_with("GET / [] "));
    CHECK(service.converse("GET /big HTTP/1.0\r\n\r\n").size() > 5'000'000);
}

TEST_CASE("a client that asks first is told to go on", "[http]") {
    const Service service;
    net::Fd fd = service.connect();
    const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nConnection: "
                             "close\r\nContent-Length: 2\r\n\r\n";
    REQUIRE(::send(fd.get(), head.data(), head.size(), 0) > 0);
    char buffer[64];
    const ssize_t n = ::recv(fd.get(), buffer, sizeof buffer, 0);
    CHECK(std::string_view(buffer, static_cast<std::size_t>(std::max<ssize_t>(n, 0))) ==
          "HTTP/1.1 100 Continue\r\n\r\n");
    REQUIRE(::send(fd.get(), "ok", 2, 0) == 2);
    CHECK(Service::rest(fd).ends_with("POST / [] ok"));
}

TEST_CASE("what is too long or no HTTP is refused", "[http]") {
    const Service service({.body = 10});
    CHECK(service.converse("garbage\r\n\r\n").find("HTTP/1.1 400 ") == 0);
    CHECK(service.converse("GET / HTTP/1.1\r\n\r\n").find("HTTP/1.1 400 ") == 0);
    CHECK(service.converse("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").find("HTTP/1.1 400 ") == 0);
    CHECK(service.converse("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n01234567890")
              .find("HTTP/1.1 413 ") == 0);
    CHECK(service.converse("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n")
              .find("HTTP/1.1 431 ") == 0);
    CHECK(service.converse("GET /z HTTP/1.0\r\n\r\n").ends_with("GET /z [] "));
}

TEST_CASE("who says nothing for too long is left, and too many are not let in", "[http]") {
    const Service service({.connections = 2, .patience = std::chrono::milliseconds(300)});
    net::Fd first = service.connect(), second = service.connect();
    REQUIRE(::send(first.get(), "GET / HT", 8, 0) == 8);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(service.converse("").empty());
    CHECK(Service::rest(first).empty());
    CHECK(Service::rest(second).empty());
    CHECK(service.converse("GET /z HTTP/1.0\r\n\r\n").ends_with("GET /z [] "));
}
