// Who we are on the wire: which domains and addresses are ours, and how we name ourselves in Via and
// Record-Route.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/proxy/config.hpp"
#include "wire/sip/uri.hpp"

namespace cord::engine::proxy {

class Identity {
  public:
    explicit Identity(const Config &config) : config_(config) {}

    /// The domain of ours of this name, as configured.
    [[nodiscard]] std::optional<std::string> domain_named(std::string_view name) const;

    /// The domain of ours that the URI belongs to, as configured; a listener's address stands for the default
    /// domain.
    [[nodiscard]] std::optional<std::string> own_domain(const wire::sip::Uri &uri) const;

    /// Whether host and port are those of a listener: a Route to ourselves, a Via of ours.
    [[nodiscard]] bool is_own_address(std::string_view host, std::optional<std::uint16_t> port) const;

    /// "192.0.2.2:5060": what we write for ourselves on this flow.
    [[nodiscard]] std::string host_port(const Flow &flow) const;

    /// "SIP/2.0/WSS 192.0.2.2:8443;branch=z9hG4bK…"
    [[nodiscard]] std::string via(const Flow &flow, std::string_view branch) const;

    [[nodiscard]] const Listener &listener(const Flow &flow) const;

  private:
    [[nodiscard]] bool is_own_port(std::uint16_t port) const;
    [[nodiscard]] static bool has_port(const Listener &listener, std::uint16_t port);
    [[nodiscard]] bool names_host(const Listener &listener, std::string_view host) const;
    const Config &config_;
};

} // namespace cord::engine::proxy
