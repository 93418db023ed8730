#include "io/net/ng_client.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unordered_map>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "io/net/clock.hpp"
#include "io/net/fd.hpp"
#include "wire/bencode/bencode.hpp"

namespace cord::io::net {

namespace {

using namespace std::chrono_literals;

// Over UDP a request is repeated with its cookie, so that the breaker knows it again and answers from memory.
constexpr base::Duration repeat_after = 500ms;
// A SIP client repeats an unanswered INVITE for 32 s; a breaker that is silent for this long is taken for
// dead.
constexpr base::Duration give_up_after = 3s;
constexpr base::Duration ping_every = 10s;
constexpr base::Duration ping_again = 1s;
constexpr char ping[] = "d7:command4:pinge";

Fd connect_unix(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return {};
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fd && connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return {};
    return fd;
}

Fd connect_udp(const std::string &address) {
    const std::size_t colon = address.rfind(':');
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[')
        host = host.substr(1, host.size() - 2);
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_DGRAM;
    if (getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &found) != 0) {
        errno = EHOSTUNREACH;
        return {};
    }
    Fd fd(socket(found->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fd && connect(fd.get(), found->ai_addr, found->ai_addrlen) != 0)
        fd.reset();
    freeaddrinfo(found);
    return fd;
}

/// A shell that runs the command, our end of its stdin and stdout, and its process id.
Fd start_command(const std::string &command, pid_t &pid) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return {};
    Fd ours(pair[0]), theirs(pair[1]);
    fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    pid = fork();
    if (pid == 0) {
        dup2(theirs.get(), STDIN_FILENO);
        dup2(theirs.get(), STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        _exit(127);
    }
    return pid < 0 ? Fd() : std::move(ours);
}

} // namespace

base::Result<NgEndpoint, std::string> NgEndpoint::parse(std::string_view text) {
    auto [kind, address] = base::cut(text, ':');
    if (address.empty())
        return tl::unexpected(std::string("a breaker is unix:PATH, udp:HOST:PORT or exec:COMMAND, not ") +
                              std::string(text));
    if (kind == "unix")
        return NgEndpoint{Kind::unix_stream, std::string(address)};
    if (kind == "exec")
        return NgEndpoint{Kind::exec, std::string(address)};
    const std::size_t colon = address.rfind(':');
    if (kind == "udp" && colon != std::string_view::npos && base::to_uint(address.substr(colon + 1), 65535))
        return NgEndpoint{Kind::udp, std::string(address)};
    return tl::unexpected(std::string("a breaker is unix:PATH, udp:HOST:PORT or exec:COMMAND, not ") +
                          std::string(text));
}

struct NgClient::State : std::enable_shared_from_this<NgClient::State> {
    struct Pending {
        std::string message;
        Answer answer;
        base::Time repeat_at;
        base::Time give_up_at;
    };

    State(Loop &l, base::Random &r, NgEndpoint e)
        : loop(l), random(r), endpoint(std::move(e)), timer(l), prefix(r.token(8)) {}
    ~State() { disconnect(); }

    [[nodiscard]] bool datagrams() const { return endpoint.kind == NgEndpoint::Kind::udp; }
    bool connect();
    void disconnect();
    void send(const std::string &message);
    void flush();
    void readable();
    void take(std::string_view reply);
    void lost(const char *why);
    void set_up(bool now_up);
    void fail_all();
    void on_timer();
    void rearm();
    void ask(std::string dictionary, Answer answer);

    Loop &loop;
    base::Random &random;
    NgEndpoint endpoint;
    Fd fd;
    pid_t child = -1;
    std::optional<Watch> watch;
    std::string in, out;
    bool writing = false;
    std::unordered_map<std::string, Pending> pending; ///< by cookie
    Timer timer;
    base::Time ping_at{};
    std::string prefix; ///< of our cookies: another client's must not match
    std::uint64_t count = 0;
    std::optional<bool> up;
    std::function<void(bool)> told;
};

bool NgClient::State::connect() {
    if (fd)
        return true;
    switch (endpoint.kind) {
    case NgEndpoint::Kind::unix_stream: fd = connect_unix(endpoint.address); break;
    case NgEndpoint::Kind::udp: fd = connect_udp(endpoint.address); break;
    case NgEndpoint::Kind::exec: fd = start_command(endpoint.address, child); break;
    }
    if (!fd)
        return false;
    watch.emplace(loop, fd.get());
    watch->when_readable([this] { readable(); });
    return true;
}

void NgClient::State::disconnect() {
    watch.reset();
    fd.reset();
    in.clear();
    out.clear();
    writing = false;
    if (child > 0) {
        kill(child, SIGTERM);
        waitpid(child, nullptr, 0);
        child = -1;
    }
}

void NgClient::State::send(const std::string &message) {
    if (!connect()) {
        lost(std::strerror(errno));
        return;
    }
    if (datagrams()) {
        ::send(fd.get(), message.data(), message.size(), 0);
        return;
    }
    out += message;
    flush();
}

void NgClient::State::flush() {
    while (!out.empty()) {
        const ssize_t n = ::send(fd.get(), out.data(), out.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN) {
            lost(std::strerror(errno));
            return;
        }
        if (n < 0)
            break;
        out.erase(0, static_cast<std::size_t>(n));
    }
    if (out.empty() || writing)
        return;
    writing = true;
    watch->when_writable([this] {
        writing = false;
        flush();
    });
}

void NgClient::State::readable() {
    char buffer[65'536];
    for (;;) {
        const ssize_t n = recv(fd.get(), buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || datagrams())) // a refused datagram is repeated like a lost one
            break;
        if (n <= 0 && !datagrams()) {
            lost(n == 0 ? "it closed the connection" : std::strerror(errno));
            return;
        }
        const std::string_view got(buffer, static_cast<std::size_t>(n));
        if (datagrams()) {
            take(got);
            continue;
        }
        in += got;
        for (;;) { // COOKIE SP DICTIONARY, one behind the other
            const std::size_t space = in.find(' ');
            if (space == std::string::npos)
                break;
            auto length = wire::bencode::measure(std::string_view(in).substr(space + 1));
            if (!length || in.size() > base::limits::ng_message) {
                lost("what it sends is no ng");
                return;
            }
            if (!*length)
                break;
            const std::string reply = in.substr(0, space + 1 + **length);
            in.erase(0, reply.size());
            take(reply);
            while (!in.empty() && base::is_space(in.front()))
                in.erase(0, 1);
        }
    }
    watch->when_readable([this] { readable(); });
}

void NgClient::State::take(std::string_view reply) {
    auto [cookie, dictionary] = base::cut(reply, ' ');
    auto found = pending.find(std::string(cookie));
    if (found == pending.end())
        return; // a repetition, or too late
    const Answer answer = std::move(found->second.answer);
    pending.erase(found);
    set_up(true);
    if (answer)
        answer(dictionary);
    rearm();
}

void NgClient::State::lost(const char *why) {
    if (up.value_or(true))
        base::log::warning("ng", "breaker {}: {}", endpoint.address, why);
    // Requests are not sent again over a new connection: the breaker may have acted on them.
    loop.post([weak = weak_from_this()] {
        if (auto self = weak.lock())
            self->fail_all();
    });
    disconnect();
    set_up(false);
    ping_at = now().mono + ping_again;
    rearm();
}

void NgClient::State::fail_all() {
    auto failed = std::exchange(pending, {});
    for (auto &[cookie, request] : failed)
        if (request.answer)
            request.answer(std::nullopt);
}

void NgClient::State::set_up(bool now_up) {
    if (up == now_up)
        return;
    up = now_up;
    if (told)
        told(now_up);
}

void NgClient::State::on_timer() {
    const base::Time t = now().mono;
    std::vector<Answer> failed;
    for (auto i = pending.begin(); i != pending.end();) {
        Pending &request = i->second;
        if (t >= request.give_up_at) {
            failed.push_back(std::move(request.answer));
            i = pending.erase(i);
            continue;
        }
        if (t >= request.repeat_at) {
            send(request.message);
            request.repeat_at = t + repeat_after;
        }
        ++i;
    }
    if (!failed.empty())
        set_up(false);
    for (const Answer &answer : failed)
        if (answer)
            answer(std::nullopt);
    if (t >= ping_at) {
        ping_at = t + (up.value_or(false) ? ping_every : ping_again);
        if (up == false && !datagrams() && !connect()) {
            rearm();
            return; // nobody listens there yet
        }
        ask(ping, {});
    }
    rearm();
}

void NgClient::State::rearm() {
    base::Time next = ping_at;
    for (const auto &[cookie, request] : pending)
        next = std::min({next, request.give_up_at, request.repeat_at});
    timer.at(next, [this] { on_timer(); });
}

void NgClient::State::ask(std::string dictionary, Answer answer) {
    const base::Time t = now().mono;
    std::string cookie = prefix + "_" + std::to_string(++count);
    std::string message = cookie + ' ' + std::move(dictionary);
    const base::Time repeat_at = datagrams() ? t + repeat_after : base::never;
    auto &request = pending[std::move(cookie)];
    request = {std::move(message), std::move(answer), repeat_at, t + give_up_after};
    send(std::string(request.message)); // a copy: a lost connection ends what is pending
    rearm();
}

NgClient::NgClient(Loop &loop, base::Random &random, NgEndpoint endpoint)
    : state_(std::make_shared<State>(loop, random, std::move(endpoint))) {
    state_->timer.at(now().mono, [state = state_.get()] { state->on_timer(); });
}
NgClient::~NgClient() = default;
NgClient::NgClient(NgClient &&) noexcept = default;

void NgClient::ask(std::string dictionary, Answer answer) {
    state_->ask(std::move(dictionary), std::move(answer));
}
void NgClient::on_state(std::function<void(bool)> call) { state_->told = std::move(call); }
bool NgClient::up() const { return state_->up.value_or(false); }
const NgEndpoint &NgClient::endpoint() const { return state_->endpoint; }

} // namespace cord::io::net
