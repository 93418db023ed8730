// The real proxy core at an address of the simulated network, with a database that takes its time and fails
// at times.
#pragma once

#include <functional>
#include <map>

#include "base/random.hpp"
#include "engine/proxy/core.hpp"
#include "sim/node.hpp"

namespace cord::sim {

class ProxyNode final : public Node {
  public:
    /// Listens on UDP and, for packets with a connection, on WS at the same address.
    ProxyNode(base::Endpoint address, std::string domain, base::Random &random);

    [[nodiscard]] engine::proxy::Core &core() { return core_; }
    [[nodiscard]] std::uint64_t statistic(std::string_view name) const;

    [[nodiscard]] base::Endpoint address() const override { return address_; }
    void on_packet(const Packet &packet, base::Now now) override;
    void on_timer(base::Now now) override;
    [[nodiscard]] base::Time next_deadline() const override;
    [[nodiscard]] std::vector<Packet> take_packets() override { return std::exchange(packets_, {}); }
    void on_closed(std::uint64_t connection, base::Now now) override;

  private:
    [[nodiscard]] engine::transaction::Flow flow_of(std::uint64_t connection, base::Endpoint remote) const;
    void act(base::Now now);
    void act(const engine::proxy::Send &send, base::Now now);
    void act(const engine::proxy::Store &store, base::Now now);
    void act(const engine::proxy::LookUser &look, base::Now now);
    void act(const engine::proxy::Resolve &, base::Now) {} // nobody here calls beyond the proxy's domain
    void act(const engine::proxy::AskBreaker &ask, base::Now now);
    void act(const engine::proxy::Event &, base::Now) {}
    void act(const engine::proxy::Account &, base::Now) {}
    void later(base::Now now, std::function<void(base::Now)> what);

    base::Endpoint address_;
    base::Random &random_;
    engine::proxy::Core core_;
    std::map<std::uint64_t, base::Endpoint> connections_; // open ones, and who is at their other end
    std::vector<Packet> packets_;
    std::multimap<base::Time, std::function<void(base::Now)>> alarms_;
};

/// What the phones of the simulation know, and the database keeps as HA1.
[[nodiscard]] std::string password_of(std::string_view user);

} // namespace cord::sim
