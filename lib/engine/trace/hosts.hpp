// The columns of a ladder: which addresses are one host.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/trace/call.hpp"

namespace cord::engine::trace {

/// A column is a host, and a host is an IP address; where one address talks to itself, as on a machine's
/// loopback, it is an address and a port. A proxy that receives on one port and sends from another is known
/// by its Via: the request it passes on names the branch of the one it got. Media addresses belong to whoever
/// offered them.
class Hosts {
  public:
    /// Columns of source and destination. What was two columns may turn out to be one here.
    std::pair<std::size_t, std::size_t> note(const Entry &entry);
    /// Of an address that media go to or come from.
    std::size_t column(const base::Endpoint &at);

    [[nodiscard]] std::size_t size() const { return columns_.size(); }
    /// Whether the column has become part of another.
    [[nodiscard]] bool is_gone(std::size_t column) const { return columns_[column].gone; }
    /// "192.0.2.1", or with its ports "127.0.0.1:5060,8443".
    [[nodiscard]] std::string label(std::size_t column) const;
    /// What a host says it is, from User-Agent and Server of what it sent itself; empty when it says nothing.
    [[nodiscard]] const std::string &agent(std::size_t column) const { return columns_[column].agent; }

  private:
    struct Column {
        base::IpAddress ip;
        bool with_ports = false;
        std::vector<std::uint16_t> ports;
        std::string agent;
        bool forwards = false;
        bool gone = false;
    };

    [[nodiscard]] bool is_split(const base::IpAddress &ip) const;
    void join_forwarder(const Entry &entry, const wire::sip::Message &sip);
    void merge(std::size_t column, std::size_t into);
    void remember_branch(const wire::sip::Message &sip, std::size_t receiver);
    void learn_media(const wire::sip::Message &sip, std::size_t sender);
    void learn_agent(const wire::sip::Message &sip, std::size_t sender);

    std::vector<Column> columns_;
    std::set<base::IpAddress> split_;
    std::map<base::IpAddress, std::size_t> by_ip_;
    std::unordered_map<base::Endpoint, std::size_t, base::EndpointHash> by_endpoint_;
    std::unordered_map<std::string, std::size_t> received_branch_; // by branch: the column it came to
    std::deque<std::string> branches_;                             // in order, to forget
};

} // namespace cord::engine::trace
