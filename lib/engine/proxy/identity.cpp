#include "engine/proxy/identity.hpp"

#include <algorithm>

#include "base/result.hpp"
#include "base/text.hpp"

namespace cord::engine::proxy {
namespace {

/// An IPv6 address needs its brackets in a sent-by.
std::string bracketed(const std::string &host) {
    return host.find(':') != std::string::npos && host.front() != '[' ? "[" + host + "]" : host;
}

} // namespace

std::optional<std::string> Identity::domain_named(std::string_view name) const {
    for (const std::string &domain : config_.domains)
        if (base::iequals(domain, name))
            return domain;
    return std::nullopt;
}

std::optional<std::string> Identity::own_domain(const wire::sip::Uri &uri) const {
    // Where an address is a domain of ours, another port of it is another server on the same machine.
    const bool other_server = uri.port && base::IpAddress::parse(uri.host) && !is_own_port(*uri.port);
    if (auto domain = domain_named(uri.host); domain && !other_server)
        return domain;
    if (!config_.domains.empty() && is_own_address(uri.host, uri.port))
        return config_.domains.front();
    return std::nullopt;
}

bool Identity::is_own_address(std::string_view host, std::optional<std::uint16_t> port) const {
    return std::any_of(config_.listeners.begin(), config_.listeners.end(), [&](const Listener &listener) {
        return names_host(listener, host) && (!port || has_port(listener, *port));
    });
}

bool Identity::is_own_port(std::uint16_t port) const {
    return std::any_of(config_.listeners.begin(), config_.listeners.end(),
                       [&](const Listener &listener) { return has_port(listener, port); });
}

bool Identity::has_port(const Listener &listener, std::uint16_t port) {
    return port == listener.local.port || (port == listener.advertised_port && port != 0);
}

bool Identity::names_host(const Listener &listener, std::string_view host) const {
    if (!listener.advertised_host.empty() && base::iequals(bracketed(listener.advertised_host), host))
        return true;
    if (listener.local.ip.is_any())
        return std::any_of(config_.own_hosts.begin(), config_.own_hosts.end(),
                           [&](const std::string &own) { return base::iequals(bracketed(own), host); });
    return base::IpAddress::parse(host) == listener.local.ip;
}

std::string Identity::host_port(const Flow &flow) const {
    const Listener &l = listener(flow);
    std::string host =
        !l.advertised_host.empty() ? bracketed(l.advertised_host) : bracketed(flow.local.ip.text());
    return host += ':' + std::to_string(l.advertised_port != 0 ? l.advertised_port : l.local.port);
}

std::string Identity::via(const Flow &flow, std::string_view branch) const {
    std::string out("SIP/2.0/");
    out.reserve(64 + branch.size());
    return out.append(transaction::via_name(flow.transport))
        .append(" ")
        .append(host_port(flow))
        .append(";branch=")
        .append(branch);
}

const Listener &Identity::listener(const Flow &flow) const {
    CORD_ASSERT(flow.listener < config_.listeners.size());
    return config_.listeners[flow.listener];
}

} // namespace cord::engine::proxy
