#include "wire/sdp/session.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::wire::sdp;

namespace {

std::string read(const std::filesystem::path &path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
}

/// The bodies of all recorded messages that carry a description.
std::vector<std::string> recorded() {
    std::vector<std::string> out;
    const std::filesystem::path root = std::string(std::getenv("CORD_TEST_DATA")) + "/clients";
    for (const auto &entry : std::filesystem::recursive_directory_iterator(root)) {
        const bool single =
            entry.is_regular_file() && entry.path().string().find("full-trace") == std::string::npos;
        const std::string text = single ? read(entry.path()) : std::string();
        const std::size_t body = text.find("\nv=0");
        if (body != std::string::npos)
            out.push_back(text.substr(body + 1));
    }
    return out;
}

constexpr const char *minimal = "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";

} // namespace

TEST_CASE("what clients send reads, and writes back as it was") {
    const auto all = recorded();
    REQUIRE(all.size() > 20);
    for (const std::string &text : all) {
        INFO(text);
        auto session = parse(text);
        REQUIRE(session);
        CHECK_FALSE(session->media.empty());
        std::string expected;
        base::split(text, '\n', [&](std::string_view line) {
            if (!base::trim(line).empty())
                expected += std::string(base::trim(line)) + "\r\n";
        });
        CHECK(write(*session) == expected);
    }
}

TEST_CASE("lines are written in the order of RFC 8866 whatever order they came in") {
    auto session = parse("v=0\no=a 1 2 IN IP6 2001:db8::1\nt=1 2\nr=1w\na=x\nb=AS:9\nc=IN IP4 "
                         "192.0.2.1/127\ns=talk\ni=info\nm=audio "
                         "5004/2 RTP/AVP 0\na=sendrecv\nb=TIAS:1\nc=IN IP4 192.0.2.2\ni=title\n");
    REQUIRE(session);
    CHECK(write(*session) ==
          "v=0\r\no=a 1 2 IN IP6 2001:db8::1\r\ns=talk\r\ni=info\r\nc=IN IP4 192.0.2.1\r\nb=AS:9\r\nt=1 "
          "2\r\nr=1w\r\na=x\r\n"
          "m=audio 5004/2 RTP/AVP 0\r\ni=title\r\nc=IN IP4 192.0.2.2\r\nb=TIAS:1\r\na=sendrecv\r\n");
    CHECK(connection_of(*session, session->media[0])->address == "192.0.2.2");
}

TEST_CASE("a description without s= and t= is completed") {
    auto session = parse("v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\nx=stray\r\nm=audio 9 RTP/AVP 0  \r\n");
    REQUIRE(session);
    CHECK(write(*session) == std::string(minimal) + "m=audio 9 RTP/AVP 0\r\n");
}

TEST_CASE("what is no description is refused with the place") {
    struct Row {
        std::string text;
        std::string reason;
        std::size_t at;
    };
    const std::string head = "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\n";
    for (const Row &row : {
             Row{"", "SDP has no v= line", 0},
             Row{"o=- 1 2 IN IP4 192.0.2.1\r\n", "SDP does not begin with v=", 0},
             Row{"v=1\r\n", "SDP version is not 0", 0},
             Row{"v=0\r\n", "SDP has no o= line", 5},
             Row{"v=0\r\no=- 1 2\r\n", "o= line is malformed", 5},
             Row{head + "garbage\r\n", "SDP line is not TYPE=VALUE", head.size()},
             Row{head + "m=audio x RTP/AVP 0\r\n", "m= line is malformed", head.size()},
             Row{head + "m=audio 70000 RTP/AVP 0\r\n", "m= line is malformed", head.size()},
             Row{head + "m=audio 1\r\n", "m= line is malformed", head.size()},
             Row{head + "c=IN IP4\r\n", "c= line is malformed", head.size()},
         }) {
        INFO(row.text);
        auto session = parse(row.text);
        REQUIRE_FALSE(session);
        CHECK(session.error().text() == row.reason);
        CHECK(session.error().at == row.at);
    }
}

TEST_CASE("sections have a limit") {
    std::string text = minimal;
    for (std::size_t i = 0; i < base::limits::sdp_media; ++i)
        text += "m=audio 9 RTP/AVP 0\r\n";
    CHECK(parse(text));
    CHECK_FALSE(parse(text + "m=audio 9 RTP/AVP 0\r\n"));
}
