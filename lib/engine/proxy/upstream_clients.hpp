// Clients that are registered with another registrar through us, by the token that it knows them by.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "engine/locate/table.hpp"

namespace cord::engine::proxy {

/// The ruid of each binding is its token.
class UpstreamClients {
  public:
    /// Of more than `of_user` of its user, one that is not reachable makes room: that lost first; of more
    /// than `of_all`, that one whose time is over first.
    void put(locate::Binding client, std::size_t of_user, std::size_t of_all);
    void remove(std::string_view aor, std::string_view token);
    void remove_all(std::string_view aor);
    /// A connection died. Its clients stay registered upstream, for we have no password to end that: they
    /// are kept as unreachable until they come again, or their time is over.
    void lose(const transaction::Flow &flow);
    void expire(base::UnixTime now);

    /// Null for none that is known.
    [[nodiscard]] const locate::Binding *find(std::string_view token) const;
    [[nodiscard]] const std::vector<locate::Binding> &of(std::string_view aor) const {
        return table_.of(aor);
    }
    [[nodiscard]] base::UnixTime next_expiry() const { return table_.next_expiry(); }
    [[nodiscard]] std::size_t size() const { return table_.size(); }
    [[nodiscard]] std::size_t reachable() const { return size() - lost_.size(); }

  private:
    void forget(const locate::Binding &client);

    locate::Table table_;
    std::map<std::string, std::string, std::less<>> aors_;  ///< By token.
    std::set<std::pair<base::UnixTime, std::string>> lost_; ///< When its time is over, and its token.
};

} // namespace cord::engine::proxy
