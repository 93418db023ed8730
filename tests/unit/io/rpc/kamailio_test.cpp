#include "io/rpc/kamailio.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "io/net/fd.hpp"
#include "io/rpc/json_cutter.hpp"
#include "io/rpc/json_text.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace cord::io;
using rpc::Answer;
using rpc::JsonCutter;
using rpc::Params;

namespace {

/// Kamailio's sockets in a folder of their own, served by a thread.
class Daemon {
  public:
    Daemon() {
        methods_.add("echo", [](const Params &p) -> Answer { return rpc::json_string(p.items.at(0)); });
        methods_.add("big",
                     [](const Params &) -> Answer { return rpc::json_string(std::string(9'000'000, 'x')); });
        auto sockets = rpc::KamailioSockets::listen(loop_, methods_, folder, {});
        REQUIRE(sockets);
        sockets_.emplace(std::move(*sockets));
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~Daemon() {
        loop_.post([this] {
            sockets_.reset();
            loop_.stop();
        });
        thread_.join();
        CHECK(std::filesystem::is_empty(folder));
    }

    [[nodiscard]] std::string fifo() const { return folder + "/kamailio_rpc.fifo"; }

  private:
    cord::tests::Folder own_;

  public:
    const std::string &folder = own_.path;

  private:
    net::Loop loop_;
    rpc::Methods methods_;
    std::optional<rpc::KamailioSockets> sockets_;
    std::thread thread_;
};

/// A client with a name to be answered at, which it removes.
class Client {
  public:
    explicit Client(const Daemon &daemon)
        : path_(daemon.folder + "/client"), fd_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
        const sockaddr_un own = address(path_), server = address(daemon.folder + "/kamailio_rpc.sock");
        REQUIRE(::bind(fd_.get(), reinterpret_cast<const sockaddr *>(&own), sizeof own) == 0);
        REQUIRE(::connect(fd_.get(), reinterpret_cast<const sockaddr *>(&server), sizeof server) == 0);
        timeval patience{20, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~Client() { ::unlink(path_.c_str()); }

    std::string ask(const std::string &request) {
        REQUIRE(::send(fd_.get(), request.data(), request.size(), 0) >= 0);
        std::string answer(1 << 20, '\0');
        answer.resize(static_cast<std::size_t>(
            std::max<ssize_t>(0, ::recv(fd_.get(), answer.data(), answer.size(), 0))));
        return answer;
    }

  private:
    static sockaddr_un address(const std::string &path) {
        sockaddr_un out{};
        out.sun_family = AF_UNIX;
        path.copy(out.sun_path, path.size());
        return out;
    }
    std::string path_;
    net::Fd fd_;
};

/// A FIFO in /tmp as kamctl makes one for its answer.
struct ReplyFifo {
    ReplyFifo() : name("cord-reply-" + std::to_string(::getpid())), path("/tmp/" + name) {
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    }
    ~ReplyFifo() { ::unlink(path.c_str()); }
    [[nodiscard]] std::string request(std::string_view method) const {
        return R"({"jsonrpc": "2.0", "method": ")" + std::string(method) +
               R"(", "params": ["}{\""], "reply_name": ")" + name + "\", \"id\": 7}\n";
    }
    [[nodiscard]] std::string read() const {
        std::ifstream in(path);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::string name, path;
};

const std::string echoed = "{\n\t\"jsonrpc\": \"2.0\",\n\t\"id\": 7,\n\t\"result\": \"}{\\\"\"\n}\n";

} // namespace

TEST_CASE("JSON is cut out of what scripts write, whatever stands between", "[rpc]") {
    JsonCutter cutter(64);
    cutter.feed("junk ]\n{\"a\":\"}\\\"{\",\n\"b\":[1,{}]}[2]\n{\"c\"");
    CHECK(cutter.next() == "{\"a\":\"}\\\"{\",\n\"b\":[1,{}]}");
    CHECK(cutter.next() == "[2]");
    CHECK_FALSE(cutter.next());
    CHECK(cutter.partial());
    cutter.feed(":3}");
    CHECK(cutter.next() == "{\"c\":3}");
    CHECK_FALSE(cutter.next());
    CHECK_FALSE(cutter.partial());
    cutter.feed("{" + std::string(64, ' '));
    CHECK_FALSE(cutter.next());
    CHECK_FALSE(cutter.partial());
    cutter.feed("{\"left\": \"open");
    CHECK_FALSE(cutter.next());
    cutter.drop();
    cutter.feed("{}");
    CHECK(cutter.next() == "{}");
}

TEST_CASE("the datagram socket answers who has a name", "[rpc]") {
    Daemon daemon;
    Client client(daemon);
    CHECK(client.ask(R"({"jsonrpc":"2.0","method":"echo","params":["}{\""],"id":7})") == echoed);
    CHECK(client.ask("garbage").find("-32700") != std::string::npos);
    CHECK(client.ask(std::string(70'000, ' ')).find("too long") != std::string::npos);
    CHECK(client.ask(R"({"method":"big","id":1})").find("use the FIFO") != std::string::npos);
    struct stat info {};
    REQUIRE(::stat((daemon.folder + "/kamailio_rpc.sock").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    REQUIRE(::stat(daemon.fifo().c_str(), &info) == 0);
    CHECK(info.st_mode == (S_IFIFO | 0600));
}

TEST_CASE("the FIFO answers into the one that is named, also to a late reader", "[rpc]") {
    Daemon daemon;
    ReplyFifo reply;
    std::ofstream(daemon.fifo()) << reply.request("echo");
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    CHECK(reply.read() == echoed);
    std::ofstream(daemon.fifo()) << reply.request("big") << "\n";
    CHECK(reply.read().size() > 9'000'000);
}

TEST_CASE("an answer goes to a FIFO of /tmp and nowhere else", "[rpc]") {
    Daemon daemon;
    ReplyFifo reply;
    const std::string file = "/tmp/" + reply.name + "-file";
    std::ofstream(file) << "precious";
    std::filesystem::create_symlink(reply.path, file + "-link");
    for (const std::string &name : {reply.name + "-file", reply.name + "-file-link", "../tmp/" + reply.name,
                                    std::string(".."), std::string("a\\u0000b")})
        std::ofstream(daemon.fifo()) << R"({"method":"echo","params":["x"],"id":1,"reply_name":")" << name
                                     << "\"}";
    std::ofstream(daemon.fifo()) << reply.request("echo");
    CHECK(reply.read() == echoed);
    CHECK(std::filesystem::file_size(file) == 8);
    ::unlink(file.c_str());
    ::unlink((file + "-link").c_str());
}

TEST_CASE("a writer that leaves half a request harms no other", "[rpc]") {
    Daemon daemon;
    ReplyFifo reply;
    std::ofstream(daemon.fifo()) << R"({"method":"echo","params":["x)";
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    std::ofstream(daemon.fifo()) << reply.request("echo");
    CHECK(reply.read() == echoed);
}

TEST_CASE("a FIFO that is served and another file are not replaced", "[rpc]") {
    Daemon daemon;
    net::Loop loop;
    rpc::Methods methods;
    CHECK_FALSE(rpc::KamailioSockets::listen(loop, methods, daemon.folder, {}));
    const std::string other = daemon.folder + "/other";
    std::filesystem::create_directory(other);
    REQUIRE(::mkfifo((other + "/kamailio_rpc.fifo").c_str(), 0600) == 0);
    CHECK(rpc::KamailioSockets::listen(loop, methods, other, {}));
    std::ofstream(other + "/kamailio_rpc.fifo") << "precious";
    CHECK_FALSE(rpc::KamailioSockets::listen(loop, methods, other, {}));
    CHECK_FALSE(rpc::KamailioSockets::listen(loop, methods, other + "/none", {}));
    std::filesystem::remove_all(other);
}
