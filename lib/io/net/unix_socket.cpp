#include "io/net/unix_socket.hpp"

#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "io/net/daemon.hpp"

namespace cord::io::net {
namespace {

using Refused = tl::unexpected<SystemError>;

Refused refused(const std::string &path) {
    int number = errno;
    return Refused(SystemError{number, fmt::format("{}: {}", path, std::strerror(number))});
}

base::Result<sockaddr_un, SystemError> address_of(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return Refused(SystemError{ENAMETOOLONG, fmt::format("{}: a socket's path has 1 to {} bytes", path,
                                                             sizeof address.sun_path - 1)});
    path.copy(address.sun_path, path.size());
    return address;
}

bool connects(int fd, const sockaddr_un &address) {
    return ::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
}

/// The file of a dead process is in nobody's way.
base::Result<void, SystemError> make_room(const std::string &path, const sockaddr_un &address, int type) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0)
        return {};
    if (!S_ISSOCK(there.st_mode))
        return Refused(SystemError{0, fmt::format("{}: is there and is no socket", path)});
    if (connects(Fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)).get(), address))
        return Refused(SystemError{0, fmt::format("{}: another process serves there", path)});
    ::unlink(path.c_str());
    return {};
}

} // namespace

base::Result<UnixSocket, SystemError> UnixSocket::bind(const std::string &path, const Options &options) {
    auto address = address_of(path);
    if (!address)
        return Refused(address.error());
    if (auto room = make_room(path, *address, options.type); !room)
        return Refused(room.error());
    Fd fd(::socket(AF_UNIX, options.type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // Nobody else gets in between bind and chmod.
    const mode_t before = ::umask(0177);
    const int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&*address), sizeof *address);
    const int number = errno;
    ::umask(before);
    errno = number;
    if (!fd || bound != 0)
        return refused(path);
    UnixSocket out(std::move(fd), path);
    if (!options.group.empty()) {
        auto group = find_group(options.group);
        if (!group)
            return Refused(SystemError{0, fmt::format("there is no group {}", options.group)});
        if (::chown(path.c_str(), static_cast<uid_t>(-1), *group) != 0)
            return refused(path);
    }
    if (::chmod(path.c_str(), options.mode) != 0 ||
        (options.type == SOCK_STREAM && ::listen(out.fd(), SOMAXCONN) != 0))
        return refused(path);
    return out;
}

UnixSocket::UnixSocket(UnixSocket &&other) noexcept
    : fd_(std::move(other.fd_)), path_(std::exchange(other.path_, {})) {}

UnixSocket &UnixSocket::operator=(UnixSocket &&other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    return *this;
}

UnixSocket::~UnixSocket() {
    if (!path_.empty())
        ::unlink(path_.c_str());
}

base::Result<Fd, SystemError> connect_unix(const std::string &path, int flags) {
    auto address = address_of(path);
    if (!address)
        return Refused(address.error());
    Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
    if (!fd || !connects(fd.get(), *address))
        return refused(path);
    return fd;
}

} // namespace cord::io::net
