#include "io/net/line_sink.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/folder.hpp"

using cord::io::net::LineSink;

TEST_CASE("lines reach a private file in order") {
    const cord::tests::Folder folder;
    const std::string path = folder.path + "/out";
    {
        auto sink = LineSink::open(path, "n");
        REQUIRE(sink);
        for (int i = 0; i < 1000; ++i)
            sink->write("line " + std::to_string(i));
    }
    std::ifstream in(path);
    std::string line;
    for (int i = 0; i < 1000; ++i) {
        std::getline(in, line);
        REQUIRE(line == "line " + std::to_string(i));
    }
    struct stat status {};
    stat(path.c_str(), &status);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("what does not fit is dropped and counted, and nobody waits") {
    std::signal(SIGPIPE, SIG_IGN); // as the daemons do
    const cord::tests::Folder folder;
    const std::string path = folder.path + "/pipe";
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
    {
        auto sink = LineSink::open(path, "n", 100'000);
        REQUIRE(sink);
        const std::string line(999, 'x');
        for (int i = 0; i < 2000; ++i) // 2 MB into a pipe of 64 kB and a queue of 100 kB that nobody reads
            sink->write(line);
        CHECK(sink->dropped() > 1000);
        close(reader);
    }
}

TEST_CASE("a full disk loses lines, which are counted, and the file goes on with whole ones") {
    // A limit on the size of files stands for the disk: it too cuts a write in the midst of a line.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{1'005, before.rlim_max};
    const cord::tests::Folder folder;
    const std::string path = folder.path + "/out";
    std::uint64_t dropped = 0;
    const std::string line = "{\"type\":\"x" + std::string(87, 'x') + "\"}"; // 100 with its end
    {
        auto sink = LineSink::open(path, "edge1");
        REQUIRE(sink);
        setrlimit(RLIMIT_FSIZE, &small);
        for (int i = 0; i < 20; ++i) {
            sink->write(line);
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        setrlimit(RLIMIT_FSIZE, &before);
        dropped = sink->dropped();
        CHECK(dropped == 9); // ten are whole, and one will be
        std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
        sink->write(line);
    }
    std::ifstream in(path);
    std::vector<std::string> lines;
    for (std::string next; std::getline(in, next);)
        lines.push_back(next);
    REQUIRE(lines.size() == 13);
    for (const std::string &each : lines)
        CHECK((each == line || each.starts_with("{\"type\":\"dropped\",\"ts\":")));
    CHECK(lines[11].ends_with(",\"node\":\"edge1\",\"count\":9}"));
}

TEST_CASE("a reader that went is followed by the next one") {
    std::signal(SIGPIPE, SIG_IGN);
    const cord::tests::Folder folder;
    const std::string path = folder.path + "/pipe";
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
    {
        auto sink = LineSink::open(path, "n");
        REQUIRE(sink);
        close(reader);
        sink->write("lost");
        while (sink->dropped() == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
        std::this_thread::sleep_for(std::chrono::milliseconds(1'100));
        sink->write("heard");
    }
    char text[200] = {};
    REQUIRE(read(reader, text, sizeof text - 1) > 0);
    CHECK(std::string(text).ends_with(",\"node\":\"n\",\"count\":1}\nheard\n"));
    close(reader);
}

TEST_CASE("a file that cannot be opened is told in the system's words") {
    auto sink = LineSink::open("/nonexistent/file", "n");
    REQUIRE_FALSE(sink);
    CHECK(sink.error() == "/nonexistent/file: No such file or directory");
}
