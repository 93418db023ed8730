#include "io/cli/app.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "io/cli/config_file.hpp"
#include "io/cli/nearest.hpp"
#include "io/cli/paths.hpp"
#include "io/cli/say.hpp"
#include "io/cli/table.hpp"
#include "io/cli/text_width.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace cord::io::cli;

namespace {

/// A tool with one option of each kind and one subcommand.
struct Tool {
    std::string name = "none";
    std::int64_t count = 3;
    bool loud = false;
    std::vector<std::string> listen, words;
    std::string color = "red";
    std::string ran;

    int run(std::vector<std::string> args) {
        App app("cordtest", "A tool for this test");
        app.option("-n,--name", name, "NAME", "A name")
            .number("--count", count, 0, 10, "N", "A count")
            .flag("--loud", loud, "Aloud")
            .repeated("-l,--listen", listen, "ADDR", "An address")
            .choice("--paint", color, {"red", "blue"}, "A colour");
        auto add = app.subcommand("add", "Add words", [this] {
            ran = "add";
            return static_cast<int>(done);
        });
        add.positionals("WORD", words, true, "Words").flag("--twice", twice, "Twice");
        args.insert(args.begin(), "cordtest");
        std::vector<char *> argv;
        for (auto &a : args)
            argv.push_back(a.data());
        return app.run(static_cast<int>(argv.size()), argv.data());
    }
    bool twice = false;
};

struct ConfigInFile {
    explicit ConfigInFile(const std::string &text) { std::ofstream(path) << text; }
    cord::tests::Folder folder;
    std::string path = folder.path + "/cordtest.conf";
};

} // namespace

TEST_CASE("no file is opened in the place of a stream that was closed at the start") {
    const int kept = ::dup(STDERR_FILENO);
    ::close(STDERR_FILENO);
    int opened = -1;
    App app("cordtest", "");
    app.act([&] {
        opened = ::dup(kept);
        return static_cast<int>(done);
    });
    std::string name = "cordtest";
    char *argv[] = {name.data()};
    const int code = app.run(1, argv);
    ::dup2(kept, STDERR_FILENO);
    ::close(kept);
    ::close(opened);
    CHECK(code == done);
    CHECK(opened > STDERR_FILENO);
}

TEST_CASE("options and the words of a subcommand reach their variables") {
    Tool t;
    CHECK(t.run({"-n", "x", "--count", "7", "-l", "a", "--listen", "b", "add", "one", "two", "--twice"}) ==
          done);
    CHECK(t.name == "x");
    CHECK(t.count == 7);
    CHECK(t.listen == std::vector<std::string>{"a", "b"});
    CHECK(t.words == std::vector<std::string>{"one", "two"});
    CHECK(t.twice);
    CHECK(t.ran == "add");
}

TEST_CASE("wrong usage ends with 2") {
    CHECK(Tool().run({}) == wrong_usage);
    CHECK(Tool().run({"--nam", "x", "add", "w"}) == wrong_usage);
    CHECK(Tool().run({"--count", "11", "add", "w"}) == wrong_usage);
    CHECK(Tool().run({"--count", "x", "add", "w"}) == wrong_usage);
    CHECK(Tool().run({"--paint", "green", "add", "w"}) == wrong_usage);
    CHECK(Tool().run({"add"}) == wrong_usage);
    CHECK(Tool().run({"ad", "w"}) == wrong_usage);
}

TEST_CASE("command line beats environment beats file beats default") {
    ConfigInFile file("name = file\ncount = 5\nlisten = a\nlisten = b\n[add]\ntwice = yes\n");
    setenv("CORDTEST_COUNT", "6", 1);
    Tool t;
    CHECK(t.run({"--config", file.path, "-n", "line", "add", "w"}) == done);
    CHECK(t.name == "line");
    CHECK(t.count == 6);
    CHECK(t.listen == std::vector<std::string>{"a", "b"});
    CHECK(t.twice);
    CHECK(t.color == "red");
    setenv("CORDTEST_COUNT", "60", 1);
    CHECK(Tool().run({"add", "w"}) == bad_configuration);
    unsetenv("CORDTEST_COUNT");
}

TEST_CASE("a variable holds several values of an option that may be given several times") {
    setenv("CORDTEST_LISTEN", " udp:*:5060\ttcp:*:5060 \"exec:breaker --ng -\" ", 1);
    setenv("CORDTEST_NAME", "one name", 1);
    Tool t;
    CHECK(t.run({"add", "w"}) == done);
    CHECK(t.listen == std::vector<std::string>{"udp:*:5060", "tcp:*:5060", "exec:breaker --ng -"});
    CHECK(t.name == "one name");
    unsetenv("CORDTEST_LISTEN");
    unsetenv("CORDTEST_NAME");
}

TEST_CASE("a configuration file that cannot hold is refused") {
    CHECK(Tool().run({"--config", "/nonexistent/x.conf", "add", "w"}) == bad_configuration);
    CHECK(Tool().run({"--config", "/tmp", "add", "w"}) == bad_configuration);
    CHECK(ConfigFile::find("cordtest", "/tmp").error() == "/tmp: Is a directory");
    ConfigInFile unknown("nam = x\n"), words("just words\n"), number("count = 99\n"),
        section("[rm]\ntwice = yes\n");
    for (const auto *file : {&unknown, &words, &number, &section})
        CHECK(Tool().run({"--config", file->path, "add", "w"}) == bad_configuration);
}

TEST_CASE("the nearest known word is suggested, and none when none is near") {
    CHECK(edit_distance("listn", "listen") == 1);
    CHECK(suggestion("listn", {"listen", "name"}) == " (did you mean listen?)");
    CHECK(suggestion("stauts", {"status", "create"}) == " (did you mean status?)");
    CHECK(suggestion("zzzzzz", {"listen", "name"}).empty());
    CHECK(suggestion("lizard", {"listen", "name"}).empty());
}

TEST_CASE("tables hold one cell a cell, and JSON has its types") {
    auto print = [](Table::Form form) {
        std::FILE *out = std::tmpfile();
        {
            Table table({{"user"}, {"expires", Column::Kind::number}, {"here", Column::Kind::yes_no}}, form,
                        out);
            table.row({"a\tb\\", "60", "true"});
            table.row({"m\xc3\xbcller\x1b", "3600", "false"});
        }
        std::rewind(out);
        char text[500] = {};
        const std::size_t n = std::fread(text, 1, sizeof text - 1, out);
        std::fclose(out);
        return std::string(text, n);
    };
    CHECK(print(Table::Form::tabs) == "a\\tb\\\\\t60\ttrue\nm\xc3\xbcller\x1b\t3600\tfalse\n");
    CHECK(print(Table::Form::json) ==
          "{\"user\":\"a\\tb\\\\\",\"expires\":60,\"here\":true}\n"
          "{\"user\":\"m\xc3\xbcller\\u001b\",\"expires\":3600,\"here\":false}\n");
    CHECK(print(Table::Form::terminal) == "USER     EXPIRES  HERE\n"
                                          "a?b\\          60  yes\n"
                                          "m\xc3\xbcller?     3600  no\n");
    CHECK(print(Table::Form::json).find("\"here\":false") != std::string::npos);
}

TEST_CASE("a text takes columns by its characters, and is cut between them") {
    CHECK(display_width("żółw") == 4);
    CHECK(display_width("🐢漢") == 4);
    CHECK(display_width("e\xcc\x81") == 1);
    CHECK(cut_to_width("alice", 5) == "alice");
    CHECK(cut_to_width("alice", 4) == "ali…");
    CHECK(cut_to_width("🐢🐢🐢", 5) == "🐢🐢…");
    CHECK(cut_to_width("🐢🐢🐢", 4) == "🐢…");
    CHECK(printable("a\x1b[2J\xff\xc2\x9b"
                    "b🐢") == "a?[2J??b🐢");
}

TEST_CASE("--run-dir moves sockets and database alike") {
    CHECK(run_directory("/x") == "/x");
    CHECK(state_directory("/x") == "/x");
    CHECK_FALSE(run_directory("").empty());
}

TEST_CASE("words nobody can read are no fault, and none of them steers a terminal") {
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    const int before = dup(STDERR_FILENO);
    close(STDERR_FILENO);
    cord::io::cli::say("tool", "lost {}", 1);
    dup2(pipe_ends[1], STDERR_FILENO);
    cord::io::cli::say("tool", "a\033[1m{}", "b\n");
    dup2(before, STDERR_FILENO);
    char buffer[100];
    const ssize_t n = read(pipe_ends[0], buffer, sizeof buffer);
    CHECK(std::string(buffer, static_cast<std::size_t>(n)) == "tool: a?[1mb?\n");
    for (int fd : {before, pipe_ends[0], pipe_ends[1]})
        close(fd);
}
