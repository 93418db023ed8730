// The real proxy core at an address of the simulated network, with a database that takes its time and fails
// at times, and what a process leaves for the one that follows it.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "base/random.hpp"
#include "engine/locate/row.hpp"
#include "engine/proxy/core.hpp"
#include "sim/node.hpp"

namespace cord::sim {

class ProxyNode final : public Node {
  public:
    /// Listens on UDP and, for packets with a connection, on WS at the same address.
    ProxyNode(base::Endpoint address, std::string domain, base::Random &random);

    [[nodiscard]] const engine::proxy::Core &core() const { return *core_; }
    /// The process ends in the middle of it all, and another begins: with the rows of the database and the
    /// records of calls, and without any connection. Gives the number of calls that it goes on with.
    std::size_t crash(base::Now now);
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
    void act(const engine::proxy::Keep &keep, base::Now) { records_ += keep.record; }
    void commit(const std::vector<engine::locate::Change> &changes);
    void later(base::Now now, std::function<void(base::Now)> what);

    base::Endpoint address_;
    base::Random &random_;
    engine::proxy::Config config_;
    std::unique_ptr<engine::proxy::Core> core_;
    std::map<std::string, engine::locate::Row> rows_;     // of the database, by ruid
    std::string records_;                                 // of calls
    std::map<std::uint64_t, base::Endpoint> connections_; // open ones, and who is at their other end
    std::vector<Packet> packets_;
    std::multimap<base::Time, std::function<void(base::Now)>> alarms_;
};

/// What the phones of the simulation know, and the database keeps as HA1.
[[nodiscard]] std::string password_of(std::string_view user);

} // namespace cord::sim
