#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

#include <boost/asio/io_context.hpp>

#include "io/net/unix_socket.hpp"
#include "io/rpc/client.hpp"
#include "io/rpc/json_text.hpp"
#include "io/rpc/server.hpp"
#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace cord::io;
using namespace std::chrono_literals;
using rpc::Answer;
using rpc::Params;

namespace {

struct Folder : cord::tests::Folder {
    std::string socket = path + "/proxy.sock";
};

/// A server on a thread of its own, as a daemon has one.
class Daemon {
  public:
    explicit Daemon(const std::string &socket) {
        methods_.add("echo", [](const Params &p) -> Answer { return rpc::json_string(p.items.at(0)); });
        methods_.add("big",
                     [](const Params &) -> Answer { return rpc::json_string(std::string(3'000'000, 'x')); });
        methods_.add("no", [](const Params &) -> Answer { return rpc::refuse(404, "not found"); });
        auto server = rpc::Server::listen(loop_, methods_, socket, {});
        REQUIRE(server);
        server_.emplace(std::move(*server));
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~Daemon() {
        loop_.post([this] {
            server_.reset();
            loop_.stop();
        });
        thread_.join();
    }

  private:
    net::Loop loop_;
    rpc::Methods methods_;
    std::optional<rpc::Server> server_;
    std::thread thread_;
};

/// Writes bytes, and reads all that the server has to say to them.
std::string converse(const std::string &socket, const std::string &bytes) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.copy(address.sun_path, socket.size());
    net::Fd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
    timeval patience{20, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    for (std::size_t sent = 0; sent < bytes.size();) {
        ssize_t n = ::send(fd.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        sent += static_cast<std::size_t>(n);
    }
    ::shutdown(fd.get(), SHUT_WR);
    std::string answer;
    char buffer[4096];
    for (ssize_t n; (n = ::recv(fd.get(), buffer, sizeof buffer, 0)) > 0;)
        answer.append(buffer, static_cast<std::size_t>(n));
    return answer;
}

} // namespace

TEST_CASE("a client calls a server over a socket that is its owner's alone") {
    Folder folder;
    CHECK(rpc::Client::connect(folder.socket).error().code == rpc::unreachable);
    {
        Daemon daemon(folder.socket);
        struct stat info {};
        REQUIRE(::stat(folder.socket.c_str(), &info) == 0);
        CHECK((info.st_mode & 0777) == 0600);
        auto client = rpc::Client::connect(folder.socket);
        REQUIRE(client);
        CHECK(*client->call("echo", {rpc::json_string("o'hara \"🐢\"\n")}) ==
              rpc::json_string("o'hara \"🐢\"\n"));
        CHECK(client->call("big", {})->size() == 3'000'002);
        CHECK(client->call("no", {}).error().code == 404);
        CHECK(client->call("no", {}).error().message == "not found");
        CHECK(client->call("none", {}).error().code == rpc::method_not_found);
    }
    CHECK_FALSE(std::filesystem::exists(folder.socket));
}

TEST_CASE("bad input is answered and does no harm") {
    Folder folder;
    Daemon daemon(folder.socket);
    CHECK(converse(folder.socket, "garbage\n\n\xff\xfe\n").find("-32700") != std::string::npos);
    CHECK(converse(folder.socket, "{\"id\":1,\"met").empty());
    CHECK(converse(folder.socket, std::string(2'000'000, '[')).find("-32600") != std::string::npos);
    CHECK(converse(folder.socket, std::string(500'000, '[') + "\n").find("-32700") != std::string::npos);
    auto client = rpc::Client::connect(folder.socket);
    REQUIRE(client);
    CHECK(*client->call("echo", {"\"still here\""}) == "\"still here\"");
}

TEST_CASE("without a descriptor left a server waits, and takes its peers later") {
    Folder folder;
    net::Loop loop;
    rpc::Methods methods;
    auto server = rpc::Server::listen(loop, methods, folder.socket, {});
    REQUIRE(server);
    auto peer = net::connect_unix(folder.socket, SOCK_NONBLOCK);
    REQUIRE(peer);
    REQUIRE(::write(peer->get(), "x\n", 2) == 2);
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{3, before.rlim_max}; // those that are open stay
    ::setrlimit(RLIMIT_NOFILE, &none);
    const std::clock_t begin = std::clock();
    loop.context().run_for(400ms);
    const double worked = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(worked < 0.05);
    char answer = 0;
    for (int n = 0; n < 100 && ::read(peer->get(), &answer, 1) < 1; ++n)
        loop.context().run_for(50ms);
    CHECK(answer == '{');
}

TEST_CASE("a dead socket is replaced; a living one and another file are not") {
    Folder folder;
    net::Loop loop;
    rpc::Methods methods;
    {
        // bound, then abandoned without unlink
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        folder.socket.copy(address.sun_path, folder.socket.size());
        net::Fd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
        REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
    }
    auto server = rpc::Server::listen(loop, methods, folder.socket, {});
    REQUIRE(server);
    auto second = rpc::Server::listen(loop, methods, folder.socket, {});
    REQUIRE_FALSE(second);
    CHECK(second.error() == folder.socket + ": another process serves there");

    std::ofstream(folder.path + "/file") << "precious";
    CHECK_FALSE(rpc::Server::listen(loop, methods, folder.path + "/file", {}));
    CHECK(std::filesystem::file_size(folder.path + "/file") == 8);
    CHECK_FALSE(rpc::Server::listen(loop, methods, folder.path + "/none/x", {}));
    CHECK_FALSE(rpc::Server::listen(loop, methods, std::string(200, 'x'), {}));
    CHECK_FALSE(rpc::Server::listen(loop, methods, folder.path + "/g", {0660, "no such group"}));
}
