// The command line of sipws-proxy, and what it means.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/proxy/config.hpp"
#include "io/cli/app.hpp"
#include "io/db/option.hpp"
#include "listener_option.hpp"

namespace cord::tools::sipws_proxy {

struct Options {
    std::vector<std::string> listen;
    std::string advertise;
    std::vector<std::string> domains;
    io::db::DatabaseOption database;
    std::string auth = "required";
    std::string digest;
    std::string jwt_key, jwt_authz_server;
    std::vector<std::string> push_providers;
    std::int64_t min_expires = 60, max_expires = 3600;
    std::vector<std::string> breakers;
    std::string bridge = "auto";
    std::int64_t grace = 30, ring_timeout = 120;
    std::string state, durability = "disk";
    std::vector<std::string> next_hops;
    bool recurse = false;
    std::string voicemail;
    std::string outbound_proxy;
    std::string upstream, contact = "rewrite";
    std::vector<std::string> upstream_domains;
    std::string dns;
    std::vector<std::string> trace, events;
    std::string control, control_mode = "0600", control_group;
    std::string accounting = "off";
    std::string metrics_listen, rpc_listen, kamailio_rpc;
    std::vector<std::string> tls_certs, tls_keys;
    std::string tls_ca;
    std::string www;
    std::vector<std::string> origins;
    std::int64_t drain_seconds = 10;
    std::string user, group;
    std::string node;
    bool check = false;
};

/// Why the configuration cannot be used, and the exit code that says so.
struct Refusal {
    int code;
    std::string text;
    /// The option whose value is wrong; then the code depends on where it was said, and App::value_code has
    /// it.
    std::string option = {};
};
template <class T>
using Checked = base::Result<T, Refusal>;

void declare(io::cli::App &app, Options &options);

/// --listen, or the usual listeners when none is named.
[[nodiscard]] std::vector<std::string> listen_texts(const Options &options);
/// What those ask for.
[[nodiscard]] Checked<std::vector<ListenerOption>> listeners(const Options &options);
/// All of the core's configuration but its listeners.
[[nodiscard]] Checked<engine::proxy::Config> core_config(const Options &options);

} // namespace cord::tools::sipws_proxy
