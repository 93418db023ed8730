// SIP over WebSocket (RFC 7118) on a plain or TLS stream, and plain HTTP on the same port. Beast speaks both;
// it stays in the .cpp file.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/http/files.hpp"
#include "io/net/connection.hpp"
#include "io/net/loop.hpp"
#include "io/net/stream.hpp"

namespace cord::io::net {

struct WebSocketOptions {
    /// Origins from which pages may connect; empty: any. Clients that are no browsers send none.
    std::vector<std::string> origins;
    /// What is answered to requests that are no upgrade.
    std::function<http::Response(const http::Request &)> http;
    /// What closes a connection: 1001 (RFC 6455 section 7.4.1: "such as a server going down"), else 1000.
    bool going_away = false;
};

[[nodiscard]] std::shared_ptr<Connection> make_websocket(Loop &loop, Stream stream, Flow flow,
                                                         ConnectionOwner &owner,
                                                         const ConnectionLimits &limits,
                                                         const WebSocketOptions &options);

} // namespace cord::io::net
