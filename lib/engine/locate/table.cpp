#include "engine/locate/table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cord::engine::locate {

std::string aor_key(std::string_view user, std::string_view domain) {
    std::string key;
    key.reserve(user.size() + 1 + domain.size());
    key.append(user).append(1, '@');
    for (char c : domain)
        key.push_back(base::lower(c));
    return key;
}

std::string aor_key(const Binding &binding) { return aor_key(binding.user, binding.domain); }

std::string slot_of(const Binding &binding) {
    if (!binding.instance.empty())
        return fmt::format("{} {} {}", aor_key(binding), binding.instance, binding.reg_id);
    return fmt::format("{} {}", aor_key(binding), binding.contact);
}

std::optional<Binding> Table::put(Binding binding) {
    std::optional<Binding> replaced;
    const auto entry = by_aor_.try_emplace(aor_key(binding)).first;
    const std::string &aor = entry->first;
    std::vector<Binding> &bindings = entry->second;
    auto same = std::find_if(bindings.begin(), bindings.end(),
                             [&](const Binding &b) { return b.ruid == binding.ruid; });
    if (same != bindings.end()) {
        unindex(aor, *same);
        replaced = std::exchange(*same, std::move(binding));
        index(aor, *same);
    } else {
        bindings.push_back(std::move(binding));
        index(aor, bindings.back());
    }
    return replaced;
}

std::optional<Binding> Table::remove(std::string_view aor, std::string_view ruid) {
    auto at = by_aor_.find(aor);
    if (at == by_aor_.end())
        return std::nullopt;
    std::vector<Binding> &bindings = at->second;
    auto found =
        std::find_if(bindings.begin(), bindings.end(), [&](const Binding &b) { return b.ruid == ruid; });
    if (found == bindings.end())
        return std::nullopt;
    unindex(at->first, *found);
    Binding removed = std::move(*found);
    bindings.erase(found);
    if (bindings.empty())
        by_aor_.erase(at);
    return removed;
}

std::vector<Binding> Table::remove_flow(const transaction::Flow &flow) {
    std::vector<Binding> removed;
    auto found = by_connection_.find(flow.connection);
    if (flow.connection == 0 || found == by_connection_.end())
        return removed;
    for (const Key &key : std::set<Key>(found->second))
        if (auto binding = remove(*key.aor, key.ruid))
            removed.push_back(std::move(*binding));
    return removed;
}

std::vector<Binding> Table::remove_expired(base::UnixTime now) {
    std::vector<Binding> removed;
    while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
        Key key = by_expiry_.begin()->second;
        removed.push_back(*remove(*key.aor, key.ruid));
    }
    return removed;
}

base::UnixTime Table::next_expiry() const {
    return by_expiry_.empty() ? base::UnixTime::max() : by_expiry_.begin()->first;
}

const std::vector<Binding> &Table::of(std::string_view aor) const {
    static const std::vector<Binding> none;
    auto at = by_aor_.find(aor);
    return at == by_aor_.end() ? none : at->second;
}

std::vector<Binding> Table::reachable(std::string_view aor, base::UnixTime now) const {
    std::vector<Binding> out;
    for (const Binding &binding : of(aor))
        if (binding.reachable && binding.expires > now)
            out.push_back(binding);
    std::stable_sort(out.begin(), out.end(), [](const Binding &a, const Binding &b) {
        return a.q != b.q ? a.q > b.q : a.modified > b.modified;
    });
    return out;
}

std::string Table::aor_of(std::uint64_t gruus) const {
    auto found = by_gruus_.find(gruus);
    return found == by_gruus_.end() ? std::string() : *found->second.begin()->aor;
}

std::vector<Binding> Table::all() const {
    std::vector<Binding> out;
    out.reserve(size());
    for (const auto &[aor, bindings] : by_aor_)
        out.insert(out.end(), bindings.begin(), bindings.end());
    return out;
}

void Table::index(const std::string &aor, const Binding &binding) {
    Key key{&aor, binding.ruid};
    if (binding.reachable && binding.flow.connection != 0)
        by_connection_[binding.flow.connection].insert(key);
    if (binding.gruus != 0)
        by_gruus_[binding.gruus].insert(key);
    by_expiry_.emplace(binding.expires, std::move(key));
}

void Table::unindex(const std::string &aor, const Binding &binding) {
    Key key{&aor, binding.ruid};
    by_expiry_.erase({binding.expires, key});
    auto forget = [&](std::map<std::uint64_t, std::set<Key>> &index, std::uint64_t number) {
        auto at = index.find(number);
        if (at != index.end() && at->second.erase(key) > 0 && at->second.empty())
            index.erase(at);
    };
    forget(by_connection_, binding.flow.connection);
    forget(by_gruus_, binding.gruus);
}

} // namespace cord::engine::locate
