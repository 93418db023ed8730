#include "options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "io/cli/exit_code.hpp"
#include "key_file.hpp"
#include "webrtc2sip_config.hpp"
#include "wire/sip/uri.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using io::cli::Exit;

tl::unexpected<Refusal> wrong_value(std::string option, std::string text) {
    return tl::unexpected(Refusal{Exit::wrong_usage, std::move(text), std::move(option)});
}

/// `HOST[:PORT][/TRANSPORT]`
Checked<engine::resolve::Destination> next_hop(std::string_view text) {
    engine::resolve::Destination hop;
    auto [place, transport] = base::cut(text, '/');
    if (place.size() < text.size()) {
        hop.transport = engine::transaction::transport_from(transport);
        if (!hop.transport || engine::transaction::is_websocket(*hop.transport))
            return wrong_value("allow-next-hop",
                               fmt::format("--allow-next-hop {}: the transport is udp, tcp or tls", text));
    }
    std::uint16_t port = 0;
    if (!parse_advertised(place, hop.host, port))
        return wrong_value("allow-next-hop",
                           fmt::format("--allow-next-hop wants HOST[:PORT][/TRANSPORT], not '{}'", text));
    hop.host = base::lower(hop.host);
    if (port != 0)
        hop.port = port;
    return hop;
}

/// A sip or sips URI of a server, with or without its scheme.
std::optional<engine::resolve::Destination> server_of(const std::string &text) {
    const std::string whole = text.starts_with("sip:") || text.starts_with("sips:") ? text : "sip:" + text;
    auto uri = wire::sip::Uri::parse(whole);
    auto found = uri && !uri->has_user ? engine::resolve::Destination::of(*uri) : std::nullopt;
    const bool webs = found && found->transport && engine::transaction::is_websocket(*found->transport);
    return webs ? std::nullopt : found;
}

Checked<std::optional<engine::proxy::Upstream>> upstream(const Options &options) {
    if (options.upstream.empty())
        return std::nullopt;
    auto place = server_of(options.upstream);
    if (!place)
        return wrong_value(
            "upstream", fmt::format("--upstream wants the SIP URI of a server, not '{}'", options.upstream));
    std::vector<std::string> domains = options.upstream_domains;
    if (domains.empty())
        domains.push_back(place->host.find(':') == std::string::npos ? place->host : "[" + place->host + "]");
    return engine::proxy::Upstream{std::move(*place), std::move(domains), options.contact == "rewrite"};
}

/// `ADDR[@PORT]`, as the resolver library writes it.
bool is_dns_server(std::string_view text) {
    auto [address, port] = base::cut(text, '@');
    return base::IpAddress::parse(address) && !address.starts_with('[') &&
           (address.size() == text.size() || base::to_uint(port, UINT16_MAX).value_or(0) != 0);
}

/// Whether it can stand in a quoted string of a header as it is.
bool is_plain(std::string_view text, std::string_view without) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return c > ' ' && c < 0x7f && without.find(c) == std::string_view::npos;
    });
}

/// A name as RFC 3261 section 25.1 has hosts (and underscores, which people use), or an address.
bool is_domain(std::string_view text) {
    const auto fits = [](char c) {
        return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '.' || c == '_';
    };
    return base::IpAddress::parse(text) || (!text.empty() && std::all_of(text.begin(), text.end(), fits));
}

} // namespace

void declare(io::cli::App &app, Options &o) {
    app.reads_also([&app](std::string_view text, const std::string &path) {
        return read_webrtc2sip_config(text, path,
                                      [&app](std::string_view key) { return app.has_option(key); });
    });
    app.repeated(
        "-l,--listen", o.listen, "TRANSPORT:ADDR:PORT",
        "Listen there: udp, tcp, tls, ws or wss; ADDR may be * or empty, PORT 0; more options after commas "
        "(advertise=, bridge=, digest=)");
    app.option("--advertise", o.advertise, "ADDR",
               "The host name or address that others reach this proxy by");
    app.repeated("--domain", o.domains, "D", "A SIP domain served here (default: those of the database)")
        .live();
    o.database.declare(app);
    app.choice("--auth", o.auth, {"required", "off"}, "Whether users prove who they are").live();
    app.option("--digest", o.digest, "ALG,...",
               "Digest algorithms in the order offered: MD5, SHA-256, SHA-512-256")
        .live();
    app.option("--jwt-key", o.jwt_key, "FILE",
               "Take tokens for passwords that this key signed: a public key in PEM, a JWK Set, or a secret")
        .live();
    app.option("--jwt-authz-server", o.jwt_authz_server, "URL",
               "Where clients get such tokens, as challenges tell them")
        .live();
    app.repeated("--push-provider", o.push_providers, "NAME",
                 "A push service (RFC 8599) by which somebody wakes clients on the event push-wanted")
        .live();
    app.number("--min-expires", o.min_expires, 1, 86'400, "SECONDS", "The shortest registration granted")
        .live();
    app.number("--max-expires", o.max_expires, 1, 604'800, "SECONDS", "The longest registration granted")
        .live();
    app.repeated(
        "--breaker", o.breakers, "ENDPOINT",
        "A media gateway: unix:PATH, udp:HOST:PORT or exec:COMMAND (default: ng.sock of the run directory)");
    app.choice("--bridge", o.bridge, {"auto", "always", "never"},
               "Which calls go through it: those between unlike sides, all, or none")
        .live();
    app.number("--grace", o.grace, 0, 3600, "SECONDS",
               "How long a call waits for a client whose connection died")
        .live();
    app.choice(
           "--durability", o.durability, {"disk", "memory"},
           "Where a registration is before it is answered: on disk, or in memory and on disk a second later")
        .live();
    app.option("--state", o.state, "DIR", "Keep what a restarted proxy needs to go on with its calls there");
    app.number("--ring-timeout", o.ring_timeout, 1, 3600, "SECONDS", "How long a phone may ring").live();
    app.repeated("--allow-next-hop", o.next_hops, "HOST[:PORT][/TRANSPORT]",
                 "Where a client's own Route may lead")
        .live();
    app.flag("--recurse", o.recurse, "Follow redirections to users served here and to allowed next hops")
        .live();
    app.option("--voicemail", o.voicemail, "URI", "Where calls go that a user does not take").live();
    app.option("--outbound-proxy", o.outbound_proxy, "URI",
               "Where requests of our users to other domains go (default: they are refused)")
        .live();
    app.option("--upstream", o.upstream, "URI",
               "A registrar without WebSocket, with which clients register through this proxy")
        .live();
    app.repeated("--upstream-domain", o.upstream_domains, "D",
                 "A domain whose users it authenticates (default: the host of its URI)")
        .live();
    app.choice("--contact", o.contact, {"rewrite", "path"},
               "How it reaches them: by a Contact of this proxy, or by Path where it knows that")
        .live();
    app.option("--dns", o.dns, "ADDR[@PORT]", "Ask this DNS server (default: those of the system)");
    app.repeated("--trace", o.trace, "DEST",
                 "Write each SIP message as NDJSON to a file or - (it holds credentials)");
    app.repeated("--events", o.events, "DEST", "Write events as NDJSON to a file or -");
    app.choice("--accounting", o.accounting, {"off", "db"},
               "Whether calls are written to the tables acc and missed_calls")
        .live();
    app.option("--control", o.control, "SOCKET",
               "The control socket (default: proxy.sock of the run directory)");
    app.option("--control-mode", o.control_mode, "MODE", "Its mode");
    app.option("--control-group", o.control_group, "GROUP", "Its group");
    app.option("--metrics-listen", o.metrics_listen, "ADDR:PORT",
               "Serve /metrics for Prometheus there (default: off)");
    app.option("--rpc-listen", o.rpc_listen, "ADDR:PORT",
               "Serve /RPC there: JSON-RPC and XML-RPC, without a password (default: off)");
    app.option(
        "--kamailio-rpc", o.kamailio_rpc, "DIR",
        "Answer kamctl and kamcli by kamailio_rpc.fifo and kamailio_rpc.sock of this folder (default: off)");
    app.repeated(
           "--tls-cert", o.tls_certs, "FILE",
           "Certificate chain in PEM (default: one made at first start); of several, clients see the one "
           "for the host they name")
        .live();
    app.repeated("--tls-key", o.tls_keys, "FILE",
                 "Its key, which nobody else may read; of several, in the order of the certificates")
        .live();
    app.option("--tls-ca", o.tls_ca, "FILE",
               "Authorities that vouch for TLS next hops (default: the system's) and for clients, in PEM")
        .live();
    app.option("--www", o.www, "DIR",
               "Serve these files on ws and wss listeners, or off (default: the web phone)");
    app.repeated("--allow-origin", o.origins, "O", "An origin whose pages may connect (default: any)").live();
    app.number("--drain-seconds", o.drain_seconds, 0, 86'400, "SECONDS",
               "How long SIGTERM waits for calls to end")
        .live();
    app.option("--user", o.user, "USER", "Become this user once the ports are bound");
    app.option("--group", o.group, "GROUP", "Become this group");
    app.option("--node", o.node, "NAME", "The name of this node in traces and events (default: the host's)");
    app.flag("--check", o.check, "Check all of the configuration, print it, and end");
}

std::vector<std::string> listen_texts(const Options &options) {
    if (!options.listen.empty())
        return options.listen;
    return {"udp:*:5060", "tcp:*:5060", "ws:*:8080", "tls:*:5061", "wss:*:8443"};
}

Checked<std::vector<ListenerOption>> listeners(const Options &options) {
    std::string host;
    std::uint16_t port = 0;
    if (!options.advertise.empty() && !parse_advertised(options.advertise, host, port))
        return wrong_value("advertise",
                           fmt::format("--advertise wants a host or address, not '{}'", options.advertise));
    std::vector<ListenerOption> out;
    for (const std::string &text : listen_texts(options)) {
        auto one = parse_listener(text);
        if (!one)
            return wrong_value("listen", one.error());
        if (one->advertised_host.empty()) {
            one->advertised_host = host;
            one->advertised_port = port;
        }
        if (one->digest.empty() && !options.digest.empty()) {
            auto order = parse_digest(options.digest, ',');
            if (!order)
                return wrong_value("digest",
                                   fmt::format("--digest knows MD5, SHA-256 and SHA-512-256, not all of '{}'",
                                               options.digest));
            one->digest = std::move(*order);
        }
        out.push_back(std::move(*one));
    }
    return out;
}

Checked<engine::proxy::Config> core_config(const Options &options) {
    engine::proxy::Config config;
    for (const std::string &domain : options.domains) {
        if (!is_domain(domain))
            return wrong_value("domain",
                               fmt::format("--domain wants a host name or address, not '{}'", domain));
        config.domains.push_back(base::lower(domain));
    }
    config.authenticate = options.auth == "required";
    config.accounting = options.accounting == "db";
    config.durable = options.durability == "disk";
    if (!options.jwt_key.empty()) {
        auto keys = read_keys(options.jwt_key);
        if (!keys)
            return tl::unexpected(keys.error());
        config.bearer_keys = std::move(*keys);
    }
    if (!is_plain(options.jwt_authz_server, "\"\\"))
        return wrong_value("jwt-authz-server",
                           fmt::format("--jwt-authz-server wants a URL, not '{}'", options.jwt_authz_server));
    config.authz_server = options.jwt_authz_server;
    for (const std::string &name : options.push_providers)
        if (name.empty() || !is_plain(name, "\"\\;,<>"))
            return wrong_value("push-provider",
                               fmt::format("--push-provider wants a name, as apns, not '{}'", name));
    config.push_providers = options.push_providers;
    if (options.min_expires > options.max_expires)
        return wrong_value("min-expires", "--min-expires is more than --max-expires");
    config.min_expires = static_cast<std::uint32_t>(options.min_expires);
    config.max_expires = config.default_expires = static_cast<std::uint32_t>(options.max_expires);
    config.bridge = *parse_bridge(options.bridge);
    config.grace = std::chrono::seconds(options.grace);
    config.ring_timeout = std::chrono::seconds(options.ring_timeout);
    config.recurse = options.recurse;
    if (!options.voicemail.empty()) {
        auto uri = wire::sip::Uri::parse(options.voicemail);
        if (!uri || !uri->is_sip() || !engine::resolve::Destination::of(*uri))
            return wrong_value("voicemail",
                               fmt::format("--voicemail wants a SIP URI, not '{}'", options.voicemail));
        config.voicemail = options.voicemail;
    }
    if (!options.outbound_proxy.empty()) {
        config.outbound_proxy = server_of(options.outbound_proxy);
        if (!config.outbound_proxy)
            return wrong_value("outbound-proxy",
                               fmt::format("--outbound-proxy wants the SIP URI of a server, not '{}'",
                                           options.outbound_proxy));
    }
    auto up = upstream(options);
    if (!up)
        return tl::unexpected(up.error());
    config.upstream = std::move(*up);
    if (!options.dns.empty() && !is_dns_server(options.dns))
        return wrong_value("dns", fmt::format("--dns wants ADDR[@PORT], not '{}'", options.dns));
    for (const std::string &text : options.next_hops) {
        auto hop = next_hop(text);
        if (!hop)
            return tl::unexpected(hop.error());
        config.next_hops.push_back(std::move(*hop));
    }
    return config;
}

} // namespace cord::tools::sipws_proxy
