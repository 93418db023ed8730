#include "listeners.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "http_listener.hpp"
#include "io/cli/exit_code.hpp"
#include "io/net/acceptor.hpp"
#include "io/net/fd.hpp"
#include "io/net/http_server.hpp"
#include "io/net/socket.hpp"
#include "io/net/udp.hpp"
#include "io/net/unix_socket.hpp"
#include "pipe.hpp"

namespace cord::tools::rtc_breaker {
namespace {

using io::net::Fd;
using io::net::UnixSocket;
namespace exit_code = io::cli;

using Made = base::Result<std::unique_ptr<Listener>, ListenError>;

tl::unexpected<ListenError> refuse(int code, std::string_view endpoint, std::string_view why) {
    return tl::unexpected(ListenError{code, std::string(endpoint) + ": " + std::string(why)});
}

// ---- UDP

class UdpListener final : public Listener {
  public:
    UdpListener(io::net::Loop &loop, Fd fd, OnMessage on_message)
        : on_message_(std::move(on_message)),
          socket_(
              loop, std::move(fd),
              [this](const base::Endpoint &local, const base::Endpoint &remote, base::Bytes datagram) {
                  // The answer leaves from the address that was asked, for clients whose sockets are
                  // connected.
                  on_message_(base::as_text(datagram), remote.text(),
                              [this, local, remote](std::string answer) {
                                  socket_.send(local, remote, std::move(answer), 0);
                              });
              },
              [this] { socket_.flush(); }, [](std::uint64_t) {}) {}

    [[nodiscard]] std::string name() const override { return "udp:" + socket_.local().text(); }

  private:
    OnMessage on_message_;
    io::net::UdpSocket socket_;
};

/// HOST:PORT, where HOST may be a name, `*` or empty. The error says why not.
base::Result<base::Endpoint, std::string> read_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    auto port =
        colon == std::string_view::npos ? std::nullopt : base::to_uint(text.substr(colon + 1), UINT16_MAX);
    if (!port)
        return tl::unexpected(std::string("not HOST:PORT"));
    const std::string host(text.substr(0, colon));
    auto ip = base::IpAddress::parse(host == "*" || host.empty() ? "0.0.0.0" : host);
    if (!ip) {
        addrinfo hints{}, *found = nullptr;
        hints.ai_socktype = SOCK_DGRAM;
        if (int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found))
            return tl::unexpected(std::string(::gai_strerror(error)));
        sockaddr_storage storage{};
        std::memcpy(&storage, found->ai_addr, found->ai_addrlen);
        ip = io::net::from_system(storage).ip;
        ::freeaddrinfo(found);
    }
    return base::Endpoint{*ip, static_cast<std::uint16_t>(*port)};
}

// ---- Unix sockets

/// Accepts streams on a socket that `Socket` owns.
template <class Socket>
class StreamListener final : public Listener {
  public:
    StreamListener(io::net::Loop &loop, Socket socket, int fd, std::string name, OnMessage on_message)
        : loop_(loop), socket_(std::move(socket)), name_(std::move(name)), on_message_(std::move(on_message)),
          acceptor_(loop, fd, [this](Fd peer, const io::net::SocketAddress &) { adopt(std::move(peer)); }) {}
    [[nodiscard]] std::string name() const override { return name_; }

  private:
    static constexpr std::size_t max_clients = 256;
    struct Client {
        Fd fd;
        std::unique_ptr<Pipe> pipe; // before the descriptor closes
    };

    void adopt(Fd peer) {
        if (clients_.size() >= max_clients)
            return;
        auto client = clients_.emplace(clients_.end());
        client->fd = std::move(peer);
        client->pipe = std::make_unique<Pipe>(
            loop_, client->fd.get(), client->fd.get(), false, on_message_,
            // The pipe is in the midst of a call: it goes when that has returned.
            [this, client] { loop_.post([this, client] { clients_.erase(client); }); });
    }

    io::net::Loop &loop_;
    Socket socket_;
    std::string name_;
    OnMessage on_message_;
    std::list<Client> clients_;
    io::net::Acceptor acceptor_;
};

class UnixDatagramListener final : public Listener {
  public:
    UnixDatagramListener(io::net::Loop &loop, UnixSocket socket, OnMessage on_message)
        : socket_(std::move(socket)), on_message_(std::move(on_message)), watch_(loop, socket_.fd()),
          buffer_(base::limits::ng_message) {
        wait();
    }
    [[nodiscard]] std::string name() const override { return "unixgram:" + socket_.path(); }

  private:
    void wait() {
        watch_.when_readable([this] { read(); });
    }

    void read() {
        for (;;) {
            sockaddr_un from{};
            socklen_t size = sizeof from;
            const ssize_t n = ::recvfrom(socket_.fd(), buffer_.data(), buffer_.size(), 0,
                                         reinterpret_cast<sockaddr *>(&from), &size);
            if (n < 0)
                break;
            // The name that the client has bound, behind the family.
            const std::string_view name(reinterpret_cast<const char *>(&from) + sizeof(sa_family_t),
                                        size - std::min<std::size_t>(size, sizeof(sa_family_t)));
            on_message_({buffer_.data(), static_cast<std::size_t>(n)}, name,
                        [this, from, size](std::string answer) {
                            // A client without a name of its own cannot be answered; one that is full asks
                            // again.
                            (void)::sendto(socket_.fd(), answer.data(), answer.size(), MSG_DONTWAIT,
                                           reinterpret_cast<const sockaddr *>(&from), size);
                        });
        }
        wait();
    }

    UnixSocket socket_;
    OnMessage on_message_;
    io::net::Watch watch_;
    std::vector<char> buffer_;
};

// ---- HTTP

class HttpListener final : public Listener {
  public:
    explicit HttpListener(io::net::HttpServer server) : server_(std::move(server)) {}
    [[nodiscard]] std::string name() const override { return "http:" + server_.local().text(); }

  private:
    io::net::HttpServer server_;
};

// ---- stdin and stdout

class StandardListener final : public Listener {
  public:
    StandardListener(io::net::Loop &loop, OnMessage on_message, std::function<void()> on_end)
        : pipe_((set_nonblocking(), loop), STDIN_FILENO, STDOUT_FILENO, true, std::move(on_message),
                std::move(on_end)) {}
    [[nodiscard]] std::string name() const override { return "-"; }

  private:
    static void set_nonblocking() {
        for (int fd : {STDIN_FILENO, STDOUT_FILENO})
            ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    }
    Pipe pipe_;
};

// ---- by endpoint

Made listen_ip(io::net::Loop &loop, std::string_view endpoint, bool tcp, std::string_view address,
               OnMessage on_message) {
    auto at = read_address(address);
    if (!at)
        return refuse(exit_code::wrong_usage, endpoint, at.error());
    auto fd = tcp ? io::net::listen_tcp(*at) : io::net::bind_udp(*at);
    if (!fd)
        return tl::unexpected(ListenError{exit_code::cannot_create, fd.error().text});
    if (!tcp)
        return std::make_unique<UdpListener>(loop, std::move(*fd), std::move(on_message));
    const int number = fd->get();
    return std::make_unique<StreamListener<Fd>>(
        loop, std::move(*fd), number, "tcp:" + io::net::local_endpoint(number).text(), std::move(on_message));
}

Made listen_http(io::net::Loop &loop, std::string_view endpoint, std::string_view address,
                 OnMessage on_message) {
    auto at = read_address(address);
    if (!at)
        return refuse(exit_code::wrong_usage, endpoint, at.error());
    auto server =
        io::net::HttpServer::listen(loop, *at,
                                    [on_message = std::move(on_message)](const io::http::Request &request) {
                                        return answer_http(request, on_message);
                                    },
                                    {.body = base::limits::ng_message});
    if (!server)
        return tl::unexpected(ListenError{exit_code::cannot_create, server.error().text});
    return std::make_unique<HttpListener>(std::move(*server));
}

Made listen_unix(io::net::Loop &loop, std::string_view endpoint, bool stream, std::string_view path,
                 OnMessage on_message) {
    // Only its owner can open it: ng knows no authentication.
    auto socket = UnixSocket::bind(std::string(path), {stream ? SOCK_STREAM : SOCK_DGRAM, 0600, {}});
    if (!socket) {
        bool misnamed = socket.error().number == ENAMETOOLONG;
        return tl::unexpected(
            ListenError{misnamed ? exit_code::wrong_usage : exit_code::cannot_create, socket.error().text});
    }
    if (!stream)
        return std::make_unique<UnixDatagramListener>(loop, std::move(*socket), std::move(on_message));
    const int number = socket->fd();
    return std::make_unique<StreamListener<UnixSocket>>(loop, std::move(*socket), number,
                                                        std::string(endpoint), std::move(on_message));
}

} // namespace

Made listen(io::net::Loop &loop, std::string_view endpoint, OnMessage on_message,
            std::function<void()> on_end) {
    if (endpoint == "-")
        return std::make_unique<StandardListener>(loop, std::move(on_message), std::move(on_end));
    const auto [kind, address] = base::cut(endpoint, ':');
    if (kind == "udp" || kind == "tcp")
        return listen_ip(loop, endpoint, kind == "tcp", address, std::move(on_message));
    if (kind == "http")
        return listen_http(loop, endpoint, address, std::move(on_message));
    if (kind == "unix" || kind == "unixgram")
        return listen_unix(loop, endpoint, kind == "unix", address, std::move(on_message));
    return refuse(exit_code::wrong_usage, endpoint,
                  "not udp:HOST:PORT, tcp:HOST:PORT, http:HOST:PORT, unix:PATH, unixgram:PATH or -");
}

} // namespace cord::tools::rtc_breaker
