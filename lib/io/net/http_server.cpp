#include "io/net/http_server.hpp"

#include <map>
#include <optional>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "io/http/files.hpp"
#include "io/http/request.hpp"
#include "io/net/acceptor.hpp"
#include "io/net/write_queue.hpp"

namespace cord::io::net {
namespace {

namespace beast_http = boost::beast::http;
using Parser = beast_http::request_parser<beast_http::string_body>;
using boost::system::error_code;

std::string_view view(boost::beast::string_view s) { return {s.data(), s.size()}; }

http::Response refusal_of(const error_code &error) {
    if (error == beast_http::error::header_limit)
        return http::plain(431, "The request's head is too long.");
    if (error == beast_http::error::body_limit)
        return http::plain(413, "The request's body is too long.");
    return http::plain(400, "This is not an HTTP request.");
}

/// A client of HTTP/1.0 does not know it and would take it for the answer (RFC 9110 section 10.1.1).
bool expects_continue(const Parser::value_type &request) {
    return request.version() >= 11 && base::iequals(view(request[beast_http::field::expect]), "100-continue");
}

http::Request request_of(const Parser::value_type &from) {
    http::Request out{std::string(view(from.method_string())), std::string(view(from.target())),
                      std::string(view(from[beast_http::field::if_none_match])),
                      std::string(view(from[beast_http::field::content_type]))};
    if (auto origin = from.find(beast_http::field::origin); origin != from.end())
        out.origin = std::string(view(origin->value()));
    out.body = from.body();
    return out;
}

std::string text_of(const http::Response &response, bool keep) {
    const auto reason = beast_http::obsolete_reason(static_cast<beast_http::status>(response.status));
    std::string out = fmt::format("HTTP/1.1 {} {}\r\nServer: cordboard\r\n", response.status, view(reason));
    for (const auto &[name, value] : response.headers)
        out += fmt::format("{}: {}\r\n", name, value);
    if (response.status != 204)
        out += fmt::format("Content-Length: {}\r\n", response.body.size());
    out += fmt::format("Connection: {}\r\n\r\n", keep ? "keep-alive" : "close");
    return response.head_only ? out : out + response.body;
}

struct Peer {
    Peer(Loop &loop, Fd f) : fd(std::move(f)), watch(loop, fd.get()), timer(loop) {}

    Fd fd;
    Watch watch;
    Timer timer;
    std::string in; ///< What the parser has not taken yet.
    std::optional<Parser> parser;
    WriteQueue out;
    bool continued = false, closing = false;
};

} // namespace

struct HttpServer::Parts {
    Parts(Loop &l, Fd f, Answer a, const Options &o)
        : loop(l), fd(std::move(f)), answer(std::move(a)), options(o),
          acceptor(loop, fd.get(), [this](Fd peer, const SocketAddress &) { adopt(std::move(peer)); }) {}

    void adopt(Fd peer);
    void begin_request(Peer &peer);
    void read(int key);
    void take_requests(Peer &peer);
    bool take_request(Peer &peer);
    void finish_request(Peer &peer);
    void write(int key);
    void say_goodbye(int key);

    Loop &loop;
    Fd fd;
    Answer answer;
    Options options;
    std::map<int, Peer> peers; ///< By descriptor.
    Acceptor acceptor;
};

HttpServer::HttpServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
HttpServer::~HttpServer() = default;
HttpServer::HttpServer(HttpServer &&) noexcept = default;
HttpServer &HttpServer::operator=(HttpServer &&) noexcept = default;

base::Result<HttpServer, SystemError> HttpServer::listen(Loop &loop, const base::Endpoint &at, Answer answer,
                                                         const Options &options) {
    return listen_tcp(at).map([&](Fd fd) {
        return HttpServer(std::make_unique<Parts>(loop, std::move(fd), std::move(answer), options));
    });
}

base::Endpoint HttpServer::local() const { return local_endpoint(parts_->fd.get()); }

void HttpServer::Parts::adopt(Fd peer) {
    if (peers.size() >= options.connections)
        return;
    const int key = peer.get();
    Peer &p = peers.try_emplace(key, loop, std::move(peer)).first->second;
    tune_stream(key);
    begin_request(p);
    p.watch.when_readable([this, key] { read(key); });
}

void HttpServer::Parts::begin_request(Peer &p) {
    p.parser.emplace();
    p.parser->header_limit(base::limits::http_head);
    p.parser->body_limit(options.body);
    p.parser->eager(true);
    p.continued = false;
    p.timer.after(options.patience, [this, key = p.fd.get()] { peers.erase(key); });
}

void HttpServer::Parts::read(int key) {
    Peer &p = peers.at(key);
    char buffer[16'384];
    const ssize_t n = ::recv(p.fd.get(), buffer, sizeof buffer, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        p.watch.when_readable([this, key] { read(key); });
        return;
    }
    if (n <= 0) {
        peers.erase(key);
        return;
    }
    p.in.append(buffer, static_cast<std::size_t>(n));
    write(key);
}

/// One after the other: while the peer does not take an answer, no further request is looked at.
void HttpServer::Parts::take_requests(Peer &p) {
    while (!p.closing && p.out.empty() && !p.in.empty() && take_request(p)) {
    }
}

/// Whether there may be more to take.
bool HttpServer::Parts::take_request(Peer &p) {
    error_code error;
    const std::size_t taken = p.parser->put(boost::asio::buffer(p.in), error);
    p.in.erase(0, taken);
    if (error && error != beast_http::error::need_more) {
        p.closing = true; // where the next request would begin is not known
        p.out.push(text_of(refusal_of(error), false));
        return false;
    }
    if (p.parser->is_done()) {
        finish_request(p);
        return true;
    }
    // RFC 9110 section 10.1.1: "a server that receives a 100-continue expectation [...] MUST send either a
    // 100 or a final status code".
    if (p.parser->is_header_done() && expects_continue(p.parser->get()) && !std::exchange(p.continued, true))
        p.out.push("HTTP/1.1 100 Continue\r\n\r\n");
    return taken > 0;
}

void HttpServer::Parts::finish_request(Peer &p) {
    const auto &request = p.parser->get();
    const std::size_t hosts = request.count(beast_http::field::host);
    // RFC 9112 section 3.2: "a server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1
    // request message that lacks a Host header field and to any request message that contains more than one".
    const bool good = hosts <= 1 && (hosts == 1 || request.version() < 11) &&
                      http::is_host(view(request[beast_http::field::host]));
    http::Response response =
        good ? answer(request_of(request))
             : http::plain(400, "The request wants one Host, and a good one (RFC 9112).");
    p.closing = !good || !request.keep_alive();
    p.out.push(text_of(response, !p.closing));
    begin_request(p);
}

void HttpServer::Parts::write(int key) {
    Peer &p = peers.at(key);
    do {
        if (!p.out.flush(p.fd.get())) {
            peers.erase(key);
            return;
        }
        if (!p.out.empty()) {
            p.watch.when_writable([this, key] { write(key); });
            return;
        }
        if (p.closing)
            return say_goodbye(key);
        take_requests(p);
    } while (!p.out.empty());
    p.watch.when_readable([this, key] { read(key); });
}

/// What the peer still sends would make a reset of our end, and its answer might be lost with it.
void HttpServer::Parts::say_goodbye(int key) {
    (void)::shutdown(key, SHUT_WR);
    peers.at(key).watch.when_readable([this, key] {
        char rest[4096];
        if (::recv(key, rest, sizeof rest, 0) > 0)
            say_goodbye(key);
        else
            peers.erase(key);
    });
}

} // namespace cord::io::net
