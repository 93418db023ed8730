#include "services.hpp"

#include <cerrno>

#include <fmt/format.h>

#include "base/log.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/paths.hpp"
#include "io/http/exposition.hpp"
#include "io/http/files.hpp"
#include "io/http/request.hpp"
#include "io/net/daemon.hpp"
#include "io/rpc/http.hpp"
#include "statistics.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using io::cli::Exit;
using Done = Checked<std::monostate>;

tl::unexpected<Refusal> refuse(int code, std::string text, std::string option = {}) {
    return tl::unexpected(Refusal{code, std::move(text), std::move(option)});
}

/// `ADDR:PORT`; nothing when the option is not given.
Checked<std::optional<base::Endpoint>> address_of(const std::string &text, const std::string &option) {
    if (text.empty())
        return std::nullopt;
    auto at = base::Endpoint::parse(text);
    if (!at)
        return refuse(Exit::wrong_usage,
                      fmt::format("--{} wants ADDR:PORT with an IP address, not '{}'", option, text), option);
    return *at;
}

bool is_loopback(const base::IpAddress &ip) {
    return ip.v6 ? ip == base::IpAddress::parse("::1") : ip.bytes[0] == 127;
}

io::http::Response answer_scrape(const Proxy &proxy, const io::http::Request &request) {
    if (base::cut(io::http::origin_form(request.target), '?').first != "/metrics")
        return io::http::plain(404, "There is nothing here but /metrics.");
    if (request.method != "GET" && request.method != "HEAD") {
        auto refused = io::http::plain(405, "Only GET and HEAD are understood here.");
        refused.headers.emplace_back("Allow", "GET, HEAD");
        return refused;
    }
    return {200,
            {{"Content-Type", std::string(io::http::Exposition::content_type)}},
            metrics(proxy),
            request.method == "HEAD"};
}

base::Result<io::net::HttpServer, Refusal> serve_http(io::net::Loop &loop, const base::Endpoint &at,
                                                      io::net::HttpServer::Answer answer) {
    return io::net::HttpServer::listen(loop, at, std::move(answer), {}).map_error([](const auto &error) {
        const bool not_permitted = error.number == EACCES || error.number == EPERM;
        return Refusal{not_permitted ? Exit::not_permitted : Exit::cannot_create,
                       fmt::format("cannot listen on {}", error.text)};
    });
}

} // namespace

Done Services::check(const Options &options) {
    auto mode = io::rpc::read_mode(options.control_mode);
    if (!mode)
        return refuse(Exit::wrong_usage,
                      fmt::format("--control-mode is octal, as 0660, not '{}'", options.control_mode),
                      "control-mode");
    if (!options.control_group.empty() && !io::net::find_group(options.control_group))
        return refuse(Exit::bad_configuration,
                      fmt::format("--control-group: there is no group {}", options.control_group));
    access_ = {*mode, options.control_group};
    auto metrics_at = address_of(options.metrics_listen, "metrics-listen");
    auto rpc_at = address_of(options.rpc_listen, "rpc-listen");
    if (!metrics_at || !rpc_at)
        return tl::unexpected(metrics_at ? rpc_at.error() : metrics_at.error());
    metrics_at_ = *metrics_at;
    rpc_at_ = *rpc_at;
    return {};
}

Done Services::open(io::net::Loop &loop, Proxy &proxy, const Options &options, const std::string &run_dir,
                    const Actions &actions) {
    const std::string path =
        options.control.empty() ? io::cli::in_directory(run_dir, "proxy.sock") : options.control;
    if (path.empty())
        return refuse(Exit::cannot_create, fmt::format("cannot make the directory {}", run_dir));
    add_methods(methods_, proxy, actions);
    auto server = io::rpc::Server::listen(loop, methods_, path, access_);
    if (!server)
        return refuse(Exit::cannot_create, server.error());
    control_.emplace(std::move(*server));
    if (!options.kamailio_rpc.empty()) {
        auto sockets = io::rpc::KamailioSockets::listen(loop, methods_, options.kamailio_rpc, access_);
        if (!sockets)
            return refuse(Exit::cannot_create, sockets.error());
        kamailio_.emplace(std::move(*sockets));
    }
    return open_http(loop, proxy);
}

Done Services::open_http(io::net::Loop &loop, const Proxy &proxy) {
    if (metrics_at_) {
        auto server =
            serve_http(loop, *metrics_at_, [&proxy](const auto &r) { return answer_scrape(proxy, r); });
        if (!server)
            return tl::unexpected(server.error());
        metrics_.emplace(std::move(*server));
    }
    if (rpc_at_) {
        auto server =
            serve_http(loop, *rpc_at_, [this](const auto &r) { return io::rpc::answer_http(methods_, r); });
        if (!server)
            return tl::unexpected(server.error());
        rpc_.emplace(std::move(*server));
        if (!is_loopback(rpc_at_->ip))
            base::log::warning("rpc",
                               "--rpc-listen {}: whoever reaches it can steer this proxy without a password",
                               rpc_at_->text());
    }
    return {};
}

std::vector<std::pair<std::string, base::Endpoint>> Services::addresses() const {
    std::vector<std::pair<std::string, base::Endpoint>> out;
    if (metrics_)
        out.emplace_back("metrics", metrics_->local());
    if (rpc_)
        out.emplace_back("rpc", rpc_->local());
    return out;
}

} // namespace cord::tools::sipws_proxy
