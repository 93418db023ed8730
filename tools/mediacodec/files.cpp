#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace cord::mediacodec {

static tl::unexpected<Failure> system_failure(int code, const std::string &name) {
    return failure(errno == EACCES || errno == EPERM ? io::cli::not_permitted : code,
                   fmt::format("{}: {}", name, std::strerror(errno)));
}

Descriptor::~Descriptor() {
    if (fd_ > STDERR_FILENO)
        ::close(fd_);
}

Outcome<Input> Input::open(const std::string &path) {
    if (path == "-")
        return Input(Descriptor(STDIN_FILENO), "stdin");
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return system_failure(io::cli::io_error, path);
    return Input(Descriptor(fd), path);
}

Outcome<base::Bytes> Input::read() {
    for (;;) {
        const ssize_t n = ::read(fd_.get(), buffer_.data(), buffer_.size());
        if (n >= 0)
            return base::Bytes(buffer_).first(static_cast<std::size_t>(n));
        if (errno != EINTR)
            return system_failure(io::cli::io_error, name_);
    }
}

static bool is_same_file(const std::string &path, const std::string &in) {
    struct stat one {
    }, other{};
    return ::stat(path.c_str(), &one) == 0 && S_ISREG(one.st_mode) &&
           (in == "-" ? ::fstat(STDIN_FILENO, &other) : ::stat(in.c_str(), &other)) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

Outcome<Output> Output::open(const std::string &path, const std::string &in) {
    if (path == "-")
        return Output(Descriptor(STDOUT_FILENO), "stdout");
    if (is_same_file(path, in))
        return failure(io::cli::wrong_usage, fmt::format("{}: input and output are the same file", path));
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return system_failure(io::cli::cannot_create, path);
    return Output(Descriptor(fd), path);
}

Outcome<void> Output::flush() {
    for (std::size_t done = 0; done < pending_.size();) {
        const ssize_t n = ::write(fd_.get(), pending_.data() + done, pending_.size() - done);
        if (n >= 0)
            done += static_cast<std::size_t>(n);
        else if (errno == EPIPE)
            return failure(io::cli::done, "");
        else if (errno != EINTR)
            return system_failure(io::cli::io_error, name_);
    }
    pending_.clear();
    return {};
}

void Output::rewrite_beginning(base::Bytes bytes) {
    struct stat about {};
    if (fstat(fd_.get(), &about) == 0 && S_ISREG(about.st_mode))
        (void)!pwrite(fd_.get(), bytes.data(), bytes.size(), 0);
}

} // namespace cord::mediacodec
