#include "io/process/at_work.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <utility>

namespace cord::io::process {

namespace {

constexpr std::size_t word_size = sizeof(std::uint32_t);

std::uint32_t *map(int fd) {
    void *at = ::mmap(nullptr, word_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return at == MAP_FAILED ? nullptr : static_cast<std::uint32_t *>(at);
}

} // namespace

base::Result<AtWork> AtWork::make() {
    const int fd = ::memfd_create("at-work", MFD_CLOEXEC);
    AtWork out(fd, fd >= 0 && ::ftruncate(fd, word_size) == 0 ? map(fd) : nullptr);
    if (out.word_ == nullptr)
        return base::fail("no memory to share with a codec worker");
    return out;
}

base::Result<AtWork> AtWork::of_starter() {
    AtWork out(-1, map(worker_fd));
    ::close(worker_fd);
    if (out.word_ == nullptr)
        return base::fail("no memory is shared with who started the worker");
    return out;
}

AtWork::AtWork(AtWork &&other) noexcept
    : fd_(std::exchange(other.fd_, -1)), word_(std::exchange(other.word_, nullptr)) {}

AtWork &AtWork::operator=(AtWork &&other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(word_, other.word_);
    return *this;
}

AtWork::~AtWork() {
    if (word_ != nullptr)
        ::munmap(word_, word_size);
    if (fd_ >= 0)
        ::close(fd_);
}

// The one process writes what the other reads, and nothing else hangs on the order.
void AtWork::set(std::uint32_t stream) { std::atomic_ref(*word_).store(stream, std::memory_order_relaxed); }
std::uint32_t AtWork::stream() const { return std::atomic_ref(*word_).load(std::memory_order_relaxed); }

} // namespace cord::io::process
