#include "io/capture/source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "io/capture/inflater.hpp"

namespace cord::io::capture {
namespace {

constexpr std::size_t chunk = 1 << 16;
// How often the end of a growing file is looked at again.
constexpr std::chrono::milliseconds glance(100);

} // namespace

Input::Source::Source(std::string name, int fd, bool follow)
    : name_(std::move(name)), fd_(fd), follow_(follow) {}

Input::Source::~Source() {
    unmap();
    if (fd_ != STDIN_FILENO)
        close(fd_);
}

InputError Input::Source::error(InputError::Kind kind, const char *what) const {
    return {kind, name_ + ": " + what};
}

Input::Result<std::unique_ptr<Input::Source>> Input::Source::open(const std::string &path, bool follow) {
    const bool is_stdin = path == "-";
    const int fd = is_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return tl::unexpected(InputError{InputError::Kind::unreadable, path + ": " + std::strerror(errno)});
    std::unique_ptr<Source> source(new Source(is_stdin ? "stdin" : path, fd, follow));
    struct stat status {};
    source->regular_ = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    // A growing file may also be cut, and touching a mapping behind the new end is fatal.
    if (source->regular_ && !follow && !is_stdin)
        (void)source->map();
    return source;
}

bool Input::Source::map() {
    struct stat status {};
    if (fstat(fd_, &status) != 0 || status.st_size == 0)
        return false;
    const auto size = static_cast<std::size_t>(status.st_size);
    void *at = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd_, 0);
    if (at == MAP_FAILED)
        return false;
    (void)madvise(at, size, MADV_SEQUENTIAL);
    mapping_ = {static_cast<std::uint8_t *>(at), size};
    window_ = mapping_;
    return true;
}

void Input::Source::unmap() {
    if (lasting())
        munmap(mapping_.data(), mapping_.size());
    mapping_ = {};
}

// Pages that were read are given back, so that a long file takes no more memory than a short one. Who looks
// at them again gets them from the file.
void Input::Source::release() {
    constexpr std::size_t step = 8 << 20;
    if (!lasting())
        return;
    const auto read = static_cast<std::size_t>(window_.data() - mapping_.data());
    for (; read - released_ >= step; released_ += step)
        (void)madvise(mapping_.data() + released_, step, MADV_DONTNEED);
}

Input::Result<std::size_t> Input::Source::read_into(std::vector<std::uint8_t> &to) {
    const std::size_t have = to.size();
    to.resize(have + chunk);
    for (;;) {
        const ssize_t n = ::read(fd_, &to[have], chunk);
        if (n > 0 || (n == 0 && !(follow_ && regular_))) {
            to.resize(have + static_cast<std::size_t>(n));
            return static_cast<std::size_t>(n);
        }
        if (n == 0)
            std::this_thread::sleep_for(glance);
        else if (errno != EINTR) {
            to.resize(have);
            return tl::unexpected(error(InputError::Kind::unreadable, std::strerror(errno)));
        }
    }
}

// Moves what is left of the window to the front of the buffer, from where it can grow.
void Input::Source::keep_window() {
    if (!window_.empty() && window_.data() != buffer_.data())
        std::memmove(buffer_.data(), window_.data(), window_.size());
    buffer_.resize(window_.size());
}

Input::Result<bool> Input::Source::more() {
    if (inflater_)
        return inflate_more();
    if (mapping_.data() != nullptr)
        return false;
    keep_window();
    const auto n = read_into(buffer_);
    window_ = buffer_;
    if (!n)
        return tl::unexpected(n.error());
    return *n > 0;
}

void Input::Source::inflate_from_here() {
    inflater_ = std::make_unique<Inflater>();
    if (lasting())
        unmap(); // to be read from its begin
    else
        inflater_->input.assign(window_.begin(), window_.end());
    buffer_.clear();
    window_ = {};
}

bool Input::Source::cut_short() const {
    return !window_.empty() || (inflater_ && !inflater_->between_members());
}

Input::Result<bool> Input::Source::inflate_more() {
    keep_window();
    const std::size_t before = buffer_.size();
    while (buffer_.size() == before) {
        const bool good = inflater_->run(buffer_);
        window_ = buffer_;
        if (!good)
            return tl::unexpected(error(InputError::Kind::damaged, inflater_->reason()));
        if (buffer_.size() > before)
            break;
        inflater_->drop_used();
        const auto n = read_into(inflater_->input);
        if (!n)
            return tl::unexpected(n.error());
        if (*n == 0)
            return false;
    }
    return true;
}

void Input::Source::append(std::uint8_t byte) {
    std::vector<std::uint8_t> with(window_.begin(), window_.end());
    with.push_back(byte);
    unmap();
    buffer_ = std::move(with);
    window_ = buffer_;
}

} // namespace cord::io::capture
