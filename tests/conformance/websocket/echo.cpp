// Sends every WebSocket message back, over the layer that the proxy uses. Prints its port; ends with its
// standard input.
#include <unistd.h>

#include <cstdio>

#include "io/net/transports.hpp"

using namespace cord;

int main() {
    io::net::Loop loop;
    io::net::Transports *transports = nullptr;
    io::net::Transports::Options options;
    options.limits.message = 32u << 20;
    options.limits.write_queue = 64u << 20;
    options.websocket.http = [](const io::http::Request &) { return io::http::Response{404, {}, {}}; };
    io::net::Transports::Calls calls;
    calls.message = [&](const io::net::Flow &flow, base::Bytes bytes) {
        transports->send(flow, std::string(base::as_text(bytes)), 0);
    };
    calls.closed = [](const io::net::Flow &) {};
    calls.send_failed = [](std::uint64_t) {};
    io::net::Transports sockets(loop, options, calls);
    transports = &sockets;
    auto local = sockets.listen(io::net::Transport::ws, *base::Endpoint::parse("127.0.0.1:0"));
    if (!local)
        return 1;
    std::printf("%u\n", local->port);
    std::fflush(stdout);
    io::net::Watch input(loop, STDIN_FILENO);
    input.when_readable([&] { loop.stop(); });
    loop.run();
}
