// The location service of RFC 3261 section 10 in memory: addresses of record and their bindings.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "base/text.hpp"
#include "engine/locate/binding.hpp"

namespace cord::engine::locate {

/// "user@domain", the domain in lower case: the key of an address of record.
[[nodiscard]] std::string aor_key(std::string_view user, std::string_view domain);
[[nodiscard]] std::string aor_key(const Binding &binding);

/// What stays the same of a client when its connection changes: the address of record with instance and
/// reg-id (RFC 5626 section 6), else with the contact.
[[nodiscard]] std::string slot_of(const Binding &binding);

class Table {
  public:
    /// Adds the binding, or replaces the one with its ruid and gives that back.
    std::optional<Binding> put(Binding binding);
    std::optional<Binding> remove(std::string_view aor, std::string_view ruid);
    /// Takes out all bindings of a connection that has died.
    [[nodiscard]] std::vector<Binding> remove_flow(const transaction::Flow &flow);
    [[nodiscard]] std::vector<Binding> remove_expired(base::UnixTime now);
    /// When the next binding expires; UnixTime::max() when none will.
    [[nodiscard]] base::UnixTime next_expiry() const;

    /// All bindings of an address of record, in the order they came.
    [[nodiscard]] const std::vector<Binding> &of(std::string_view aor) const;
    /// Those that can be reached now, the preferred first: by q, then the most recently refreshed.
    [[nodiscard]] std::vector<Binding> reachable(std::string_view aor, base::UnixTime now) const;
    /// The address of record whose bindings have this number for their temporary GRUUs; empty when none has.
    [[nodiscard]] std::string aor_of(std::uint64_t gruus) const;
    [[nodiscard]] std::vector<Binding> all() const;
    [[nodiscard]] std::size_t size() const { return by_expiry_.size(); }
    /// Addresses of record that have a binding.
    [[nodiscard]] std::size_t users() const { return by_aor_.size(); }

  private:
    struct Key {
        const std::string *aor; ///< The key in by_aor_, which stays while it has a binding.
        std::string ruid;
        auto operator<=>(const Key &other) const {
            return std::tie(ruid, *aor) <=> std::tie(other.ruid, *other.aor);
        }
    };
    void index(const std::string &aor, const Binding &binding);
    void unindex(const std::string &aor, const Binding &binding);

    std::unordered_map<std::string, std::vector<Binding>, base::TextHash, std::equal_to<>> by_aor_;
    std::set<std::pair<base::UnixTime, Key>> by_expiry_;
    std::map<std::uint64_t, std::set<Key>> by_connection_;
    std::map<std::uint64_t, std::set<Key>> by_gruus_;
};

} // namespace cord::engine::locate
