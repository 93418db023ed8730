#include "io/net/loop.hpp"

#include <boost/asio/io_context.hpp>

#include "io/net/clock.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::io::net;
using namespace std::chrono_literals;

TEST_CASE("a deadline is called when it comes, as it was told last, and not without one", "[net]") {
    Loop loop;
    int calls = 0;
    Deadline deadline(loop, [&] { ++calls; });
    const auto begin = now().mono;
    deadline.set(begin + 1h);
    deadline.set(begin + 20ms); // sooner
    deadline.set(begin + 20ms);
    loop.context().run_for(10s); // ends when nothing is left to wait for
    CHECK(calls == 1);
    CHECK(now().mono - begin >= 20ms);
    CHECK(now().mono - begin < 10s);

    deadline.set(now().mono + 10ms);
    deadline.set(base::never);
    loop.context().restart();
    loop.context().run_for(30ms);
    CHECK(calls == 1);
}

TEST_CASE("a deadline that has moved away is called when it comes, not before", "[net]") {
    Loop loop;
    int calls = 0;
    Deadline deadline(loop, [&] { ++calls; });
    const auto begin = now().mono;
    deadline.set(begin + 10ms);
    deadline.set(begin + 60ms);
    loop.context().run_for(10s);
    CHECK(calls == 1);
    CHECK(now().mono - begin >= 60ms);
}

TEST_CASE("a deadline that its call tells again, even a past one, is called again", "[net]") {
    Loop loop;
    int calls = 0;
    const auto past = now().mono - 1s;
    Deadline deadline(loop, [&] {
        if (++calls < 3)
            deadline.set(past);
    });
    deadline.set(past);
    loop.context().run_for(10s);
    CHECK(calls == 3);
}
