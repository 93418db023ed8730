#include "io/net/write_queue.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "io/net/fd.hpp"
#include "support/catch.hpp"

using namespace cord::io::net;

TEST_CASE("a queue keeps what its reader has no room for, and tells when nobody reads", "[net]") {
    std::signal(SIGPIPE, SIG_IGN); // as a Loop does
    int ends[2];
    REQUIRE(::pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
    Fd from(ends[0]), to(ends[1]);
    WriteQueue queue;
    const std::string bytes = std::string(300'000, 'x') + "end"; // more than a pipe holds
    queue.push(bytes);
    REQUIRE(queue.flush(to.get()));
    CHECK_FALSE(queue.empty());

    std::string heard;
    char buffer[65'536];
    for (int i = 0; i < 100 && heard.size() < bytes.size(); ++i) {
        const ssize_t n = ::read(from.get(), buffer, sizeof buffer);
        heard.append(buffer, n > 0 ? static_cast<std::size_t>(n) : 0);
        REQUIRE(queue.flush(to.get()));
        CHECK(queue.size() <= bytes.size() - heard.size());
    }
    CHECK(heard == bytes);
    CHECK(queue.empty());

    from = Fd();
    queue.push("unheard");
    CHECK_FALSE(queue.flush(to.get()));
}
