#include "io/rpc/server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "io/net/daemon.hpp"
#include "io/net/fd.hpp"

namespace cord::io::rpc {
namespace {

using Outcome = base::Result<net::Fd, std::string>;

tl::unexpected<std::string> failed(const std::string &path) {
    return tl::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
}

/// Whether a living process answers at the socket.
bool is_served(const sockaddr_un &address) {
    net::Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(probe.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
}

Outcome open_socket(const std::string &path, const Server::Options &options) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return tl::unexpected(
            fmt::format("{}: a socket's path has 1 to {} bytes", path, sizeof address.sun_path - 1));
    path.copy(address.sun_path, path.size());

    struct stat info {};
    if (::lstat(path.c_str(), &info) == 0) {
        if (!S_ISSOCK(info.st_mode))
            return tl::unexpected(fmt::format("{}: is there and is no socket", path));
        if (is_served(address))
            return tl::unexpected(fmt::format("{}: another process serves there", path));
        ::unlink(path.c_str());
    }
    net::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // Nobody else gets in between bind and chmod.
    mode_t before = ::umask(0177);
    int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address);
    ::umask(before);
    if (bound != 0)
        return failed(path);
    if (!options.group.empty()) {
        auto group = net::find_group(options.group);
        if (!group)
            return tl::unexpected(fmt::format("there is no group {}", options.group));
        if (::chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0)
            return failed(path);
    }
    if (::chmod(path.c_str(), options.mode) != 0 || ::listen(fd.get(), 16) != 0)
        return failed(path);
    return fd;
}

/// One peer and its line under way. Nothing more is read from it while it does not take its answers.
struct Connection {
    Connection(net::Loop &loop, net::Fd f) : fd(std::move(f)), watch(loop, fd.get()) {}

    net::Fd fd;
    net::Watch watch;
    std::string in;
    std::string out;
    bool closing = false;
};

} // namespace

struct Server::Parts {
    Parts(net::Loop &l, const Methods &m, std::string p, net::Fd f, bool o)
        : loop(l), methods(m), path(std::move(p)), fd(std::move(f)), watch(loop, fd.get()), owner_only(o) {}

    void wait_for_peer();
    void accept_one();
    [[nodiscard]] bool is_allowed(int peer) const;
    void read(int key);
    void write(int key);
    /// Answers whole lines; false when the peer is to be left.
    bool take_lines(Connection &connection);

    net::Loop &loop;
    const Methods &methods;
    std::string path;
    net::Fd fd;
    net::Watch watch;
    bool owner_only;
    std::map<int, Connection> connections; ///< By descriptor.
};

std::optional<mode_t> read_mode(const std::string &text) {
    char *end = nullptr;
    const unsigned long mode = std::strtoul(text.c_str(), &end, 8);
    if (text.empty() || !base::is_digit(text.front()) || *end != '\0' || mode > 0777)
        return std::nullopt;
    return static_cast<mode_t>(mode);
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::Server(Server &&) noexcept = default;
Server &Server::operator=(Server &&other) noexcept {
    std::swap(parts_, other.parts_);
    return *this;
}
Server::~Server() {
    if (parts_)
        ::unlink(parts_->path.c_str());
}

base::Result<Server, std::string> Server::listen(net::Loop &loop, const Methods &methods, std::string path,
                                                 const Options &options) {
    return open_socket(path, options).map([&](net::Fd fd) {
        bool owner_only = (options.mode & 0077) == 0;
        auto parts = std::make_unique<Parts>(loop, methods, path, std::move(fd), owner_only);
        parts->wait_for_peer();
        return Server(std::move(parts));
    });
}

void Server::Parts::wait_for_peer() {
    watch.when_readable([this] {
        accept_one();
        wait_for_peer();
    });
}

void Server::Parts::accept_one() {
    net::Fd peer(::accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!peer || connections.size() >= connection_limit || !is_allowed(peer.get()))
        return;
    int key = peer.get();
    auto [at, fresh] = connections.try_emplace(key, loop, std::move(peer));
    at->second.watch.when_readable([this, key] { read(key); });
}

/// The file's mode keeps strangers out; where the folder was moved or the mode changed later, this does.
bool Server::Parts::is_allowed(int peer) const {
    ucred who{};
    socklen_t size = sizeof who;
    if (::getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
        return false;
    if (!owner_only || who.uid == 0 || who.uid == ::geteuid())
        return true;
    base::log::warning("rpc", "user {} may not use {}", who.uid, path);
    return false;
}

void Server::Parts::read(int key) {
    Connection &c = connections.at(key);
    char buffer[16'384];
    ssize_t n = ::read(c.fd.get(), buffer, sizeof buffer);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        c.watch.when_readable([this, key] { read(key); });
        return;
    }
    if (n <= 0) {
        connections.erase(key);
        return;
    }
    c.in.append(buffer, static_cast<std::size_t>(n));
    c.closing = !take_lines(c);
    write(key);
}

bool Server::Parts::take_lines(Connection &c) {
    std::size_t begin = 0;
    for (std::size_t end; (end = c.in.find('\n', begin)) != std::string::npos; begin = end + 1) {
        std::string_view line = base::trim(std::string_view(c.in).substr(begin, end - begin));
        if (line.empty())
            continue;
        if (std::string answer = methods.answer(line); !answer.empty())
            c.out += answer + "\n";
    }
    c.in.erase(0, begin);
    if (c.in.size() <= line_limit)
        return true;
    c.out += error_line(invalid_request, "the request is too long") + "\n";
    return false;
}

void Server::Parts::write(int key) {
    Connection &c = connections.at(key);
    ssize_t n = c.out.empty() ? 0 : ::send(c.fd.get(), c.out.data(), c.out.size(), MSG_NOSIGNAL);
    if (n > 0)
        c.out.erase(0, static_cast<std::size_t>(n));
    bool broken = n < 0 && errno != EAGAIN && errno != EINTR;
    if (broken || (c.closing && c.out.empty()))
        connections.erase(key);
    else if (c.out.empty())
        c.watch.when_readable([this, key] { read(key); });
    else
        c.watch.when_writable([this, key] { write(key); });
}

} // namespace cord::io::rpc
