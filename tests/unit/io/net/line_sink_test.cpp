#include "io/net/line_sink.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "support/catch.hpp"

using cord::io::net::LineSink;

TEST_CASE("lines reach a private file in order") {
    char folder[] = "/tmp/cord-sink-XXXXXX";
    const std::string path = std::string(mkdtemp(folder)) + "/out";
    {
        auto sink = LineSink::open(path);
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
    unlink(path.c_str());
    rmdir(folder);
}

TEST_CASE("what does not fit is dropped and counted, and nobody waits") {
    std::signal(SIGPIPE, SIG_IGN); // as the daemons do
    char folder[] = "/tmp/cord-sink-XXXXXX";
    const std::string path = std::string(mkdtemp(folder)) + "/pipe";
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
    {
        auto sink = LineSink::open(path, 100'000);
        REQUIRE(sink);
        const std::string line(999, 'x');
        for (int i = 0; i < 2000; ++i) // 2 MB into a pipe of 64 kB and a queue of 100 kB that nobody reads
            sink->write(line);
        CHECK(sink->dropped() > 1000);
        close(reader);
    }
    unlink(path.c_str());
    rmdir(folder);
}

TEST_CASE("a file that cannot be opened is told in the system's words") {
    auto sink = LineSink::open("/nonexistent/file");
    REQUIRE_FALSE(sink);
    CHECK(sink.error() == "/nonexistent/file: No such file or directory");
}
