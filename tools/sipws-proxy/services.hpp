// What operators' tools talk to: the control socket, and where they are wanted Kamailio's sockets, RPC over
// HTTP and metrics.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "control.hpp"
#include "io/net/http_server.hpp"
#include "io/rpc/kamailio.hpp"
#include "io/rpc/server.hpp"
#include "options.hpp"

namespace cord::tools::sipws_proxy {

class Services {
  public:
    /// Found good before anything is bound.
    [[nodiscard]] Checked<std::monostate> check(const Options &options);
    /// `run_dir` has the control socket that no option names. The proxy outlives this.
    [[nodiscard]] Checked<std::monostate> open(io::net::Loop &loop, Proxy &proxy, const Options &options,
                                               const std::string &run_dir, const Actions &actions);

    /// What is served by HTTP, and where: "metrics", "rpc".
    [[nodiscard]] std::vector<std::pair<std::string, base::Endpoint>> addresses() const;

  private:
    [[nodiscard]] Checked<std::monostate> open_http(io::net::Loop &loop, const Proxy &proxy);

    io::rpc::Methods methods_;
    io::rpc::Server::Options access_;
    std::optional<base::Endpoint> metrics_at_, rpc_at_;
    std::optional<io::rpc::Server> control_;
    std::optional<io::rpc::KamailioSockets> kamailio_;
    std::optional<io::net::HttpServer> metrics_, rpc_;
};

} // namespace cord::tools::sipws_proxy
