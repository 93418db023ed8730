#include "io/net/websocket.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "base/text.hpp"
#include "io/http/request.hpp"
#include "io/net/close_watch.hpp"

namespace cord::io::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ws = boost::beast::websocket;
using boost::system::error_code;

/// Our Stream as Beast wants one: reads and writes that complete later. It is moved about, the Stream is not.
class BeastStream {
  public:
    using executor_type = asio::io_context::executor_type;
    BeastStream(Loop &loop, Stream &stream, CloseWatch &watch)
        : executor_(loop.context().get_executor()), stream_(&stream), watch_(&watch) {}

    [[nodiscard]] executor_type get_executor() const { return executor_; }
    [[nodiscard]] Stream &stream() const { return *stream_; }

    template <class Buffers, class Handler>
    void async_read_some(const Buffers &buffers, Handler &&handler) {
        transfer(first_of<base::MutableBytes>(buffers), std::forward<Handler>(handler),
                 [watch = watch_](Stream &s, base::MutableBytes b) {
                     const Stream::Moved moved = s.read(b);
                     watch->heard(b.first(moved.bytes));
                     return moved;
                 });
    }
    template <class Buffers, class Handler>
    void async_write_some(const Buffers &buffers, Handler &&handler) {
        transfer(first_of<base::Bytes>(buffers), std::forward<Handler>(handler),
                 [watch = watch_](Stream &s, base::Bytes b) { return s.write(watch->said(b)); });
    }

  private:
    template <class Span, class Buffers>
    static Span first_of(const Buffers &buffers) {
        using Byte = typename Span::element_type;
        for (auto buffer : beast::buffers_range_ref(buffers))
            if (buffer.size() > 0)
                return {static_cast<Byte *>(buffer.data()), buffer.size()};
        return {};
    }

    template <class Span, class Handler, class Move>
    void transfer(Span span, Handler &&handler, Move move) {
        attempt(*stream_, executor_, span,
                std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler)), move, true);
    }

    template <class Span, class Handler, class Move>
    static void attempt(Stream &stream, executor_type executor, Span span, std::shared_ptr<Handler> handler,
                        Move move, bool first) {
        Stream::Moved moved = span.empty() ? Stream::Moved{Stream::Status::done} : move(stream, span);
        if (moved.status == Stream::Status::wait_readable || moved.status == Stream::Status::wait_writable)
            return stream.when(moved.status, [&stream, executor, span, handler, move] {
                attempt(stream, executor, span, handler, move, false);
            });
        error_code ec;
        if (moved.status == Stream::Status::ended)
            ec = asio::error::eof;
        else if (moved.status == Stream::Status::failed)
            ec = asio::error::connection_reset;
        auto complete = [handler, ec, n = moved.bytes] { (*handler)(ec, n); };
        if (first)
            asio::post(executor, std::move(complete)); // an operation never completes within its own start
        else
            complete();
    }

    executor_type executor_;
    Stream *stream_;
    CloseWatch *watch_;
};

/// What Beast calls to close the connection after its closing handshake: our FIN, then the peer's.
template <class Handler>
void async_teardown(beast::role_type, BeastStream &next, Handler &&handler) {
    next.stream().finish();
    auto drain = [](auto again, BeastStream &from, auto done) -> void {
        auto sink = std::make_shared<std::array<char, 512>>();
        from.async_read_some(asio::buffer(*sink), [again, &from, done, sink](error_code ec, std::size_t) {
            if (ec)
                (*done)(ec == asio::error::eof ? error_code() : ec);
            else
                again(again, from, done);
        });
    };
    drain(drain, next, std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler)));
}

/// What it calls when a peer has been silent for too long: what waits for the peer sees its end.
void beast_close_socket(BeastStream &next) { (void)::shutdown(next.stream().fd(), SHUT_RDWR); }

using HttpRequest = beast::http::request<beast::http::string_body>;
using HttpResponse = beast::http::response<beast::http::string_body>;

std::string_view view(beast::string_view s) { return {s.data(), s.size()}; }

/// RFC 7118 section 4: "the client MUST include the value 'sip' in the Sec-WebSocket-Protocol header".
bool offers_sip(const HttpRequest &request) {
    bool found = false;
    base::split(view(request[beast::http::field::sec_websocket_protocol]), ',',
                [&](std::string_view word) { found |= base::iequals(base::trim(word), "sip"); });
    return found;
}

/// RFC 9112 section 3.2: "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request
/// message that lacks a Host header field and to any request message that contains more than one Host header
/// field line or a Host header field with an invalid field value."
bool has_good_host(const HttpRequest &request) {
    const std::size_t lines = request.count(beast::http::field::host);
    return lines <= 1 && (lines == 1 || request.version() < 11) &&
           http::is_host(view(request[beast::http::field::host]));
}

class WebSocket final : public Connection {
  public:
    WebSocket(Loop &loop, Stream stream, Flow flow, ConnectionOwner &owner, const ConnectionLimits &limits,
              const WebSocketOptions &options)
        : Connection(std::move(flow), owner, limits), loop_(loop), stream_(std::move(stream)), timer_(loop),
          options_(options), ws_(BeastStream(loop, stream_, watch_)) {}

    void start() override;
    void send(std::string bytes, std::uint64_t token) override;
    void close() override;

  private:
    std::shared_ptr<WebSocket> self() { return std::static_pointer_cast<WebSocket>(shared_from_this()); }

    void shake();
    void read_request();
    void on_request(error_code ec);
    void refuse_request(error_code ec);
    void upgrade();
    void respond(const http::Response &answer);
    void write_response(bool keep);
    void read_message();
    void on_message();
    void write_next();
    void say_goodbye();
    void die();
    void die_soon() {
        loop_.post([s = self()] { s->die(); });
    }

    Loop &loop_;
    Stream stream_;
    Timer timer_;
    const WebSocketOptions &options_;
    CloseWatch watch_;
    ws::stream<BeastStream> ws_;
    beast::flat_buffer buffer_;
    /// A request and its answer: more than a kilobyte, which goes with the upgrade.
    struct Http {
        beast::http::request_parser<beast::http::string_body> parser;
        std::optional<HttpResponse> response;
        std::optional<beast::http::response_serializer<beast::http::string_body>> serializer;
    };
    std::unique_ptr<Http> http_;
    bool binary_ = false, writing_ = false, closing_ = false, dead_ = false;
};

void WebSocket::start() {
    timer_.after(limits_.half_open, [this] { die(); });
    stream_.when(Stream::Status::wait_readable, [this] { shake(); });
}

void WebSocket::shake() {
    Stream::Status status = stream_.handshake();
    if (status == Stream::Status::wait_readable || status == Stream::Status::wait_writable)
        return stream_.when(status, [this] { shake(); });
    if (status != Stream::Status::done)
        return die();
    look_at_client(stream_);
    read_request();
}

void WebSocket::read_request() {
    http_ = std::make_unique<Http>();
    http_->parser.header_limit(base::limits::http_head);
    http_->parser.body_limit(0); // nothing here takes one
    beast::http::async_read(ws_.next_layer(), buffer_, http_->parser,
                            [s = self()](error_code ec, std::size_t) { s->on_request(ec); });
}

void WebSocket::on_request(error_code ec) {
    if (dead_)
        return;
    if (ec)
        return refuse_request(ec);
    const HttpRequest &request = http_->parser.get();
    if (!has_good_host(request))
        return respond(http::plain(400, "The request wants one Host, and a good one (RFC 9112)."));
    if (ws::is_upgrade(request))
        return upgrade();
    http::Request question{std::string(view(request.method_string())), std::string(view(request.target())),
                           std::string(view(request[beast::http::field::if_none_match]))};
    respond(options_.http(question));
}

void WebSocket::refuse_request(error_code ec) {
    using beast::http::error;
    closing_ = true; // where the next request would begin is not known
    if (ec == error::header_limit)
        return respond(http::plain(431, "The request's head is too long."));
    if (ec == error::body_limit)
        return respond(http::plain(413, "No request body is taken here."));
    if (ec.category() == beast::http::make_error_code(error::bad_method).category() &&
        ec != error::end_of_stream && ec != error::partial_message)
        return respond(http::plain(400, "This is not an HTTP request."));
    die();
}

void WebSocket::upgrade() {
    const HttpRequest &request = http_->parser.get();
    auto origin = view(request[beast::http::field::origin]);
    if (!offers_sip(request))
        return respond(
            http::plain(400, "This WebSocket speaks SIP: connect with the subprotocol \"sip\" (RFC 7118)."));
    // RFC 6455 section 4.2.1 item 5: "a base64-encoded value that, when decoded, is 16 bytes in length".
    if (!http::is_websocket_key(view(request[beast::http::field::sec_websocket_key])))
        return respond(http::plain(400, "Sec-WebSocket-Key is not 16 bytes in base64 (RFC 6455)."));
    if (!origin.empty() && !options_.origins.empty() &&
        std::find(options_.origins.begin(), options_.origins.end(), origin) == options_.origins.end())
        return respond(http::plain(403, "Pages of this origin may not connect here."));

    ws_.set_option(ws::stream_base::timeout{limits_.half_open, limits_.websocket_idle, true});
    ws_.set_option(ws::stream_base::decorator([](ws::response_type &response) {
        response.set(beast::http::field::server, "cordboard");
        response.set(beast::http::field::sec_websocket_protocol, "sip");
    }));
    ws_.read_message_max(limits_.message);
    ws_.auto_fragment(false);
    watch_.start();
    ws_.async_accept(request, [s = self()](error_code ec) {
        if (s->dead_)
            return;
        if (ec)
            return s->die();
        s->http_.reset();
        s->buffer_ = {};
        s->timer_.cancel(); // from here on pings tell whether it lives
        s->opened();
        s->read_message();
    });
}

void WebSocket::respond(const http::Response &answer) {
    unsigned version = http_->parser.is_header_done() ? http_->parser.get().version() : 11;
    http_->response.emplace(static_cast<beast::http::status>(answer.status), version);
    for (const auto &[name, value] : answer.headers)
        http_->response->set(name, value);
    http_->response->set(beast::http::field::server, "cordboard");
    bool keep = !closing_ && answer.status < 400 && http_->parser.get().keep_alive();
    http_->response->keep_alive(keep);
    http_->response->content_length(answer.body.size());
    if (!answer.head_only && answer.status != 304)
        http_->response->body() = answer.body;
    http_->serializer.emplace(*http_->response);
    write_response(keep);
}

/// Piece by piece: a slow reader has time for each, however long the whole takes.
void WebSocket::write_response(bool keep) {
    timer_.after(limits_.half_open, [this] { die(); });
    beast::http::async_write_some(ws_.next_layer(), *http_->serializer,
                                  [s = self(), keep](error_code ec, std::size_t) {
                                      if (s->dead_)
                                          return;
                                      if (ec || (s->http_->serializer->is_done() && !keep))
                                          return s->say_goodbye();
                                      if (!s->http_->serializer->is_done())
                                          return s->write_response(keep);
                                      s->timer_.after(s->limits_.half_open, [p = s.get()] { p->die(); });
                                      s->read_request();
                                  });
}

/// The end of plain HTTP: the client reads our answer before the connection is gone.
void WebSocket::say_goodbye() {
    timer_.after(limits_.linger, [this] { die(); });
    async_teardown(beast::role_type::server, ws_.next_layer(), [s = self()](error_code) { s->die(); });
}

void WebSocket::read_message() {
    ws_.async_read(buffer_, [s = self()](error_code ec, std::size_t) {
        if (s->dead_)
            return;
        // Beast has answered a violation with the close code that RFC 6455 section 7.4 gives it.
        if (ec)
            return s->die();
        s->on_message();
        if (!s->dead_)
            s->read_message();
    });
}

void WebSocket::on_message() {
    binary_ = ws_.got_binary();
    beast::flat_buffer message = std::exchange(buffer_, {}); // an idle connection keeps no buffer
    auto bytes = base::Bytes(static_cast<const std::uint8_t *>(message.data().data()), message.size());
    // RFC 7118 section 6 has WebSocket pings; older clients send the CRLFs of RFC 5626 section 4.4.1.
    if (base::as_text(bytes) == "\r\n\r\n")
        send("\r\n", 0);
    else if (base::as_text(bytes) != "\r\n")
        owner_.on_message(*this, bytes);
}

void WebSocket::send(std::string bytes, std::uint64_t token) {
    bool takes = is_open() && !closing_ && !dead_;
    if (takes && !enqueue(std::move(bytes), token)) {
        takes = false;
        die_soon();
    }
    if (takes)
        write_next();
    else if (token != 0)
        loop_.post([&owner = owner_, token] { owner.on_send_failed(token); });
}

void WebSocket::write_next() {
    if (writing_ || dead_)
        return;
    if (queue_.empty()) {
        if (closing_)
            ws_.async_close(options_.going_away ? ws::close_code::going_away : ws::close_code::normal,
                            [s = self()](error_code) { s->die(); });
        return;
    }
    writing_ = true;
    // RFC 7118 section 5.1 leaves the choice of text or binary: as the peer does, but only UTF-8 can be text.
    ws_.text(!binary_ && base::is_utf8(queue_.front().bytes));
    ws_.async_write(asio::buffer(queue_.front().bytes), [s = self()](error_code ec, std::size_t) {
        s->writing_ = false;
        if (s->dead_)
            return;
        if (ec)
            return s->die();
        s->dequeue();
        s->write_next();
    });
}

void WebSocket::close() {
    if (std::exchange(closing_, true) || dead_)
        return;
    if (is_open())
        write_next();
    else
        die_soon();
}

void WebSocket::die() {
    if (std::exchange(dead_, true))
        return;
    auto s = self();
    timer_.cancel();
    gone();
    // Every operation of Beast's that waits now sees the end, and lets go of this object.
    (void)::shutdown(stream_.fd(), SHUT_RDWR);
}

} // namespace

std::shared_ptr<Connection> make_websocket(Loop &loop, Stream stream, Flow flow, ConnectionOwner &owner,
                                           const ConnectionLimits &limits, const WebSocketOptions &options) {
    return std::make_shared<WebSocket>(loop, std::move(stream), std::move(flow), owner, limits, options);
}

} // namespace cord::io::net
