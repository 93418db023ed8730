// Sockets in the file system: served by one process, reached by its path.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.hpp"
#include "io/net/fd.hpp"
#include "io/net/socket.hpp"

namespace cord::io::net {

/// A socket that we serve, non-blocking; its file goes with it.
class UnixSocket {
  public:
    struct Options {
        int type = SOCK_STREAM; ///< Or SOCK_DGRAM.
        mode_t mode = 0600;
        std::string group; ///< Name or number; empty: the process's own.
    };
    /// Takes the place of a socket that nobody serves any more, and of nothing else. The error's number is 0
    /// where it is not the system that refuses.
    [[nodiscard]] static base::Result<UnixSocket, SystemError> bind(const std::string &path,
                                                                    const Options &options);
    UnixSocket(UnixSocket &&other) noexcept;
    UnixSocket &operator=(UnixSocket &&other) noexcept;
    ~UnixSocket();

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const std::string &path() const { return path_; }

  private:
    UnixSocket(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

    Fd fd_;
    std::string path_;
};

/// A stream to who serves there. Unix sockets connect at once or not at all; `flags` are those of socket(2).
[[nodiscard]] base::Result<Fd, SystemError> connect_unix(const std::string &path, int flags = 0);

} // namespace cord::io::net
