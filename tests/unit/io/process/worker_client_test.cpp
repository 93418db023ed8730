#include "io/process/worker_client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "support/catch.hpp"
#include "wire/rtp/packet.hpp"

using namespace cord;
using namespace cord::io::process;
using namespace std::chrono_literals;
using wire::rtp::parse_payload_map;

namespace {

const wire::rtp::PayloadMap from = parse_payload_map("111=opus/48000/2").value();
const wire::rtp::PayloadMap to = parse_payload_map("8=pcma/8000").value();
const base::Time start{100s};

WorkerClient make() {
    auto client = WorkerClient::start(std::getenv("CORD_ECHO_WORKER"), start);
    REQUIRE(client);
    return std::move(*client);
}

std::vector<std::uint8_t> rtp(std::string_view payload) {
    std::vector<std::uint8_t> out;
    wire::rtp::append_header(out, {111, false, 1, 0, 7});
    base::ByteWriter(out).text(payload);
    return out;
}

/// The next event; waits at most ten seconds for it.
WorkerClient::Event next(WorkerClient &client, base::Time now) {
    for (;;) {
        client.flush();
        if (auto event = client.receive(now))
            return *event;
        pollfd p{client.fd(), static_cast<short>(client.wants_write() ? POLLIN | POLLOUT : POLLIN), 0};
        REQUIRE(poll(&p, 1, 10'000) == 1);
    }
}

struct Got {
    std::uint32_t id;
    std::uint16_t sequence;
    std::uint32_t timestamp;
    std::uint32_t ssrc;
    std::string payload;
};

Got next_packet(WorkerClient &client, base::Time now = start) {
    auto event = next(client, now);
    auto *packet = std::get_if<WorkerClient::Packet>(&event);
    REQUIRE(packet);
    auto view = wire::rtp::Packet::parse(packet->rtp).value();
    return {packet->id, view.sequence(), view.timestamp(), view.ssrc(),
            std::string(base::as_text(view.payload()))};
}

} // namespace

TEST_CASE("packets go in and come out, a stream each", "[process]") {
    WorkerClient client = make();
    client.open(1, {10, 65535, 1000}, from, to);
    client.open(2, {20, 7, 2000}, from, to);
    client.packet(1, rtp("a"));
    client.packet(2, rtp("b"));
    client.packet(1, rtp("c"));
    Got a = next_packet(client);
    CHECK(a.id == 1);
    CHECK(a.sequence == 65535);
    CHECK(a.ssrc == 10);
    CHECK(next_packet(client).payload == "b");
    Got c = next_packet(client);
    CHECK(c.sequence == 0);
    CHECK(c.payload == "c");
    client.close(1);
    client.packet(2, rtp("d"));
    CHECK(next_packet(client).payload == "d");
}

TEST_CASE("a codec that the worker lacks is refused with the reason", "[process]") {
    WorkerClient client = make();
    client.open(3, {}, from, {});
    auto event = next(client, start);
    auto *refused = std::get_if<WorkerClient::Refused>(&event);
    REQUIRE(refused);
    CHECK(refused->id == 3);
    CHECK(refused->reason == "no codec");
}

TEST_CASE("the child has nothing of ours open but 0, 1 and 2", "[process]") {
    int leak = open("/dev/null", O_RDONLY); // without close-on-exec
    WorkerClient client = make();
    close(leak);
    client.open(1, {}, from, to);
    client.packet(1, rtp("fds"));
    CHECK(next_packet(client).payload == "0 1 2 ");
}

TEST_CASE("a worker that dies is started again and its streams go on", "[process]") {
    WorkerClient client = make();
    client.open(1, {10, 100, 1000}, from, to);
    client.packet(1, rtp("a"));
    CHECK(next_packet(client).sequence == 100);
    client.packet(1, rtp("die"));
    auto event = next(client, start + 5s);
    CHECK(std::holds_alternative<WorkerClient::Restarted>(event));
    REQUIRE(client.fd() >= 0);
    client.packet(1, rtp("b"));
    Got b = next_packet(client, start + 5s);
    CHECK(b.sequence == 101);
    CHECK(b.ssrc == 10);
    CHECK(b.timestamp > 1000);
}

TEST_CASE("a worker that dies at once waits before it is tried again", "[process]") {
    WorkerClient client = make();
    client.open(1, {}, from, to);
    client.packet(1, rtp("die"));
    CHECK(std::holds_alternative<WorkerClient::Restarted>(next(client, start)));
    CHECK(client.fd() == -1);
    client.packet(1, rtp("lost"));
    CHECK(client.dropped() == 1);
    CHECK_FALSE(client.receive(start));
    CHECK(client.deadline() == start + 1s);
    client.on_deadline(client.deadline());
    REQUIRE(client.fd() >= 0);
    client.packet(1, rtp("back"));
    CHECK(next_packet(client, start + 1s).payload == "back");
}

TEST_CASE("the stream that killed the worker is taken out, and the others go on at once", "[process]") {
    WorkerClient client = make();
    client.open(1, {10, 100, 1000}, from, to);
    client.open(2, {20, 7, 2000}, from, to);
    client.packet(1, rtp("a"));
    CHECK(next_packet(client).sequence == 100);
    client.packet(1, rtp("die"));
    client.packet(2, rtp("innocent, and sent last"));
    auto event = next(client, start);
    auto *restarted = std::get_if<WorkerClient::Restarted>(&event);
    REQUIRE(restarted);
    REQUIRE(restarted->culprit);
    CHECK(restarted->culprit->id == 1);
    CHECK(restarted->culprit->start.sequence == 101);
    CHECK(restarted->culprit->start.timestamp > 1000);
    CHECK(restarted->culprit->to == to);
    REQUIRE(client.fd() >= 0); // although it had not lived a second
    client.packet(2, rtp("b"));
    CHECK(next_packet(client).sequence == 7);
}

TEST_CASE("of a worker that dies at rest nobody is to blame", "[process]") {
    WorkerClient client = make();
    client.open(1, {10, 100, 1000}, from, to);
    client.open(2, {20, 7, 2000}, from, to);
    client.packet(1, rtp("a"));
    CHECK(next_packet(client).sequence == 100);
    REQUIRE(client.pid() > 0);
    kill(client.pid(), SIGKILL);
    auto event = next(client, start + 5s);
    CHECK_FALSE(std::get<WorkerClient::Restarted>(event).culprit);
    client.packet(1, rtp("b"));
    CHECK(next_packet(client).sequence == 101);
}

TEST_CASE("the queue has an end, and what it has no room for is counted", "[process]") {
    WorkerClient client = make();
    client.open(1, {}, from, to);
    // Nobody reads the echoes, so the worker stops reading too.
    const std::string payload(1000, 'x');
    for (int n = 0; n < 50'000 && client.dropped() == 0; ++n)
        client.packet(1, rtp(payload));
    CHECK(client.dropped() > 0);
    CHECK(client.wants_write());
    next_packet(client);
}

TEST_CASE("a program that is not there is an error, not a dead child", "[process]") {
    auto child = Child::spawn("/nonexistent/mediacodec", {});
    REQUIRE_FALSE(child);
    CHECK(child.error().text() == "the program of a child process is not there");
}

TEST_CASE("a child may have both standard streams on its socket, and nothing else of ours", "[process]") {
    auto child = Child::spawn("/bin/sh", {"-c", "read x; echo got $x; ls /proc/self/fd | wc -l"},
                              Child::Pipes::standard);
    REQUIRE(child);
    REQUIRE(write(child->fd(), "word\n", 5) == 5);
    std::string said;
    char buffer[100];
    for (ssize_t n = 1; n != 0;) {
        n = read(child->fd(), buffer, sizeof buffer);
        if (n > 0)
            said.append(buffer, static_cast<std::size_t>(n));
        else if (n < 0)
            usleep(1000);
    }
    CHECK(said == "got word\n4\n"); // 0, 1, 2 and the folder that ls reads
}

TEST_CASE("the child dies with its parent", "[process]") {
    int pids[2];
    REQUIRE(pipe(pids) == 0);
    pid_t parent = fork();
    if (parent == 0) {
        auto client = WorkerClient::start(std::getenv("CORD_ECHO_WORKER"), start);
        auto child = Child::spawn("/bin/sleep", {"600"});
        pid_t pid = child ? child->pid() : -1;
        (void)!write(pids[1], &pid, sizeof pid);
        pause();
    }
    pid_t pid = -1;
    REQUIRE(read(pids[0], &pid, sizeof pid) == sizeof pid);
    REQUIRE(pid > 0);
    REQUIRE(kill(pid, 0) == 0);
    kill(parent, SIGKILL);
    waitpid(parent, nullptr, 0);
    bool gone = false;
    for (int n = 0; n < 500 && !gone; ++n) {
        // Orphaned, it may stay a zombie where nobody reaps; its command line is empty then.
        std::string path = "/proc/" + std::to_string(pid) + "/cmdline";
        char c = 0;
        int fd = open(path.c_str(), O_RDONLY);
        gone = fd < 0 || read(fd, &c, 1) == 0;
        if (fd >= 0)
            close(fd);
        usleep(10'000);
    }
    CHECK(gone);
    close(pids[0]);
    close(pids[1]);
}

TEST_CASE("records that are no message are nothing", "[process]") {
    using worker::decode;
    CHECK_FALSE(decode({}));
    CHECK_FALSE(decode(base::as_bytes("\x02\0\0")));
    CHECK_FALSE(decode(base::as_bytes("\x09 1234")));
    auto record = worker::encode(worker::Open{5, {1, 2, 3}, from, to});
    auto open = std::get<worker::Open>(decode(record).value());
    CHECK(open.from == from);
    CHECK(open.to == to);
    CHECK(open.start.timestamp == 3);
    CHECK_FALSE(decode(base::Bytes(record).first(12)));
}
