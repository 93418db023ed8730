#include "io/rpc/kamailio.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "base/seldom.hpp"
#include "io/net/daemon.hpp"
#include "io/net/unix_socket.hpp"
#include "io/net/write_queue.hpp"
#include "io/rpc/json_cutter.hpp"

namespace cord::io::rpc {
namespace {

using nlohmann::ordered_json;

/// One request; of a datagram no more would arrive.
constexpr std::size_t request_limit = 65'536;
/// A writer that began a request and did not end it in this time is gone.
constexpr auto writer_patience = std::chrono::seconds(1);
/// Answers at a time whose FIFO is not read yet.
constexpr std::size_t replies_limit = 32;
/// kamctl starts its reader beside its request: it may be late, this often and this long.
constexpr int reader_tries = 50;
constexpr auto reader_wait = std::chrono::milliseconds(20);
/// For a reader that is there and does not read.
constexpr auto reply_patience = std::chrono::seconds(10);

tl::unexpected<std::string> failed(const std::string &path) {
    return tl::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
}

std::string indented(const std::string &answer) { return ordered_json::parse(answer).dump(1, '\t') + "\n"; }

/// A FIFO that we read; its file goes with it.
class Fifo {
  public:
    static base::Result<Fifo, std::string> make(const std::string &path, const Server::Options &options);
    Fifo(Fifo &&other) noexcept : path_(std::exchange(other.path_, {})), fd_(std::move(other.fd_)) {}
    Fifo &operator=(Fifo &&) = delete;
    ~Fifo() {
        if (!path_.empty())
            ::unlink(path_.c_str());
    }
    [[nodiscard]] int fd() const { return fd_.get(); }

  private:
    Fifo(std::string path, net::Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
    std::string path_;
    net::Fd fd_;
};

/// One of a dead process is in nobody's way: nothing reads there.
base::Result<void, std::string> make_room(const std::string &path) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0)
        return {};
    if (!S_ISFIFO(there.st_mode))
        return tl::unexpected(fmt::format("{}: is there and is no FIFO", path));
    if (net::Fd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)))
        return tl::unexpected(fmt::format("{}: another process reads there", path));
    ::unlink(path.c_str());
    return {};
}

base::Result<Fifo, std::string> Fifo::make(const std::string &path, const Server::Options &options) {
    if (auto room = make_room(path); !room)
        return tl::unexpected(room.error());
    if (::mkfifo(path.c_str(), 0600) != 0)
        return failed(path);
    // With a writer of our own it never ends, however many come and go.
    net::Fd fd(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
    Fifo out(path, std::move(fd));
    if (!out.fd_)
        return failed(path);
    if (auto group = net::find_group(options.group);
        !options.group.empty() && (!group || ::fchown(out.fd(), static_cast<uid_t>(-1), *group) != 0))
        return failed(path);
    if (::fchmod(out.fd(), options.mode) != 0)
        return failed(path);
    return out;
}

/// The file name alone: a path would let a request write anywhere.
std::string reply_path(const std::string &request) {
    const auto json = ordered_json::parse(request, nullptr, false);
    if (!json.is_object() || !json.contains("reply_name") || !json["reply_name"].is_string())
        return {};
    const auto name = json["reply_name"].get<std::string>();
    const bool good = !name.empty() && name.front() != '.' && name.size() < 200 &&
                      name.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
    return good ? "/tmp/" + name : std::string();
}

/// An answer on its way to the FIFO of who asked.
struct Reply {
    explicit Reply(net::Loop &loop) : timer(loop) {}

    std::string path;
    net::WriteQueue out;
    net::Fd fd;
    std::optional<net::Watch> watch;
    net::Timer timer;
    int tries = reader_tries;
};

/// Nothing but a FIFO that has a reader now.
net::Fd open_reply(const std::string &path) {
    net::Fd fd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    struct stat info {};
    if (fd && (::fstat(fd.get(), &info) != 0 || !S_ISFIFO(info.st_mode) || info.st_nlink != 1))
        fd = net::Fd();
    return fd;
}

} // namespace

struct KamailioSockets::Parts {
    Parts(net::Loop &l, const Methods &m, net::UnixSocket s, Fifo f)
        : loop(l), methods(m), socket(std::move(s)), fifo(std::move(f)), socket_watch(loop, socket.fd()),
          fifo_watch(loop, fifo.fd()), writer_timer(loop) {}

    void wait_for_datagram();
    void answer_datagram();
    void wait_for_writer();
    void read_fifo();
    void answer_fifo(const std::string &request);
    void deliver(std::uint64_t number);
    void write(std::uint64_t number);

    net::Loop &loop;
    const Methods &methods;
    net::UnixSocket socket;
    Fifo fifo;
    net::Watch socket_watch, fifo_watch;
    JsonCutter cutter{request_limit};
    net::Timer writer_timer;
    std::map<std::uint64_t, Reply> replies;
    std::uint64_t last_reply = 0;
    base::Seldom complaints;
};

KamailioSockets::KamailioSockets(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
KamailioSockets::~KamailioSockets() = default;
KamailioSockets::KamailioSockets(KamailioSockets &&) noexcept = default;
KamailioSockets &KamailioSockets::operator=(KamailioSockets &&) noexcept = default;

base::Result<KamailioSockets, std::string> KamailioSockets::listen(net::Loop &loop, const Methods &methods,
                                                                   const std::string &folder,
                                                                   const Server::Options &options) {
    auto socket =
        net::UnixSocket::bind(folder + "/kamailio_rpc.sock", {SOCK_DGRAM, options.mode, options.group});
    if (!socket)
        return tl::unexpected(socket.error().text);
    auto fifo = Fifo::make(folder + "/kamailio_rpc.fifo", options);
    if (!fifo)
        return tl::unexpected(fifo.error());
    const int room = 4 << 20; // for an answer with all users in it, as far as the system lets us
    (void)::setsockopt(socket->fd(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    auto parts = std::make_unique<Parts>(loop, methods, std::move(*socket), std::move(*fifo));
    parts->wait_for_datagram();
    parts->wait_for_writer();
    return KamailioSockets(std::move(parts));
}

void KamailioSockets::Parts::wait_for_datagram() {
    socket_watch.when_readable([this] {
        answer_datagram();
        wait_for_datagram();
    });
}

void KamailioSockets::Parts::answer_datagram() {
    std::string request(request_limit, '\0');
    sockaddr_un from{};
    socklen_t size = sizeof from;
    const ssize_t n = ::recvfrom(socket.fd(), request.data(), request.size(), MSG_TRUNC,
                                 reinterpret_cast<sockaddr *>(&from), &size);
    // A client that has bound no name of its own cannot be answered.
    if (n <= 0 || size <= sizeof(sa_family_t))
        return;
    std::string answer = static_cast<std::size_t>(n) > request.size()
                             ? error_line(invalid_request, "the request is too long")
                             : methods.answer(std::string_view(request.data(), static_cast<std::size_t>(n)));
    if (answer.empty())
        return;
    const auto send = [&](const std::string &text) {
        return ::sendto(socket.fd(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                        reinterpret_cast<const sockaddr *>(&from), size) >= 0;
    };
    if (!send(indented(answer)) && errno == EMSGSIZE)
        (void)send(indented(error_line(500, "the answer is too long for a datagram: use the FIFO")));
}

void KamailioSockets::Parts::wait_for_writer() {
    fifo_watch.when_readable([this] {
        read_fifo();
        wait_for_writer();
    });
}

void KamailioSockets::Parts::read_fifo() {
    char buffer[16'384];
    const ssize_t n = ::read(fifo.fd(), buffer, sizeof buffer);
    if (n <= 0)
        return;
    cutter.feed({buffer, static_cast<std::size_t>(n)});
    while (auto request = cutter.next())
        answer_fifo(*request);
    if (cutter.partial())
        writer_timer.after(writer_patience, [this] { cutter.drop(); });
    else
        writer_timer.cancel();
}

void KamailioSockets::Parts::answer_fifo(const std::string &request) {
    const std::string answer = methods.answer(request);
    const std::string path = reply_path(request);
    if (answer.empty() || path.empty())
        return;
    if (replies.size() >= replies_limit) {
        if (complaints.now())
            base::log::warning("rpc", "answers to the FIFO are not read: no more are kept");
        return;
    }
    const std::uint64_t number = ++last_reply;
    Reply &reply = replies.try_emplace(number, loop).first->second;
    reply.path = path;
    reply.out.push(indented(answer));
    deliver(number);
}

/// To the reader, as soon as it is there.
void KamailioSockets::Parts::deliver(std::uint64_t number) {
    Reply &reply = replies.at(number);
    reply.fd = open_reply(reply.path);
    if (reply.fd) {
        reply.watch.emplace(loop, reply.fd.get());
        reply.timer.after(reply_patience, [this, number] { replies.erase(number); });
        return write(number);
    }
    if (--reply.tries > 0) {
        reply.timer.after(reader_wait, [this, number] { deliver(number); });
        return;
    }
    if (complaints.now())
        base::log::warning("rpc", "{}: nobody reads this FIFO for an answer", reply.path);
    replies.erase(number);
}

void KamailioSockets::Parts::write(std::uint64_t number) {
    Reply &reply = replies.at(number);
    if (reply.out.flush(reply.fd.get()) && !reply.out.empty())
        reply.watch->when_writable([this, number] { write(number); });
    else
        replies.erase(number);
}

} // namespace cord::io::rpc
