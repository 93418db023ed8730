#include "io/net/write_queue.hpp"

#include <unistd.h>

#include <cerrno>

namespace cord::io::net {

bool WriteQueue::flush(int fd) {
    while (!empty()) {
        const ssize_t n = ::write(fd, bytes_.data() + written_, size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK;
        written_ += static_cast<std::size_t>(n);
    }
    clear();
    return true;
}

void WriteQueue::clear() {
    bytes_.clear();
    written_ = 0;
}

} // namespace cord::io::net
