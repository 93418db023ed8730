// Who is concerned when a client comes back or a connection dies: found without a walk over all calls.
#pragma once

#include <compare>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace cord::engine::proxy {

/// A leg of a call, or one end of an exchange: that of a branch, or with `no_branch` the caller's.
struct Member {
    static constexpr std::uint32_t no_branch = UINT32_MAX;

    std::uint64_t id = 0; ///< Of the call or the exchange.
    std::uint32_t branch = no_branch;

    auto operator<=>(const Member &) const = default;
};

template <class Key>
class Index {
  public:
    /// An empty key (0, "") is nobody's.
    void add(const Key &key, Member member) {
        if (key != Key())
            entries_.emplace(key, member);
    }
    void remove(const Key &key, Member member) { entries_.erase({key, member}); }
    /// A copy: what is done about the members may change the index.
    [[nodiscard]] std::vector<Member> of(const Key &key) const {
        std::vector<Member> out;
        for (auto at = entries_.lower_bound({key, Member{0, 0}}); at != entries_.end() && at->first == key;
             ++at)
            out.push_back(at->second);
        return out;
    }

  private:
    std::set<std::pair<Key, Member>> entries_;
};

} // namespace cord::engine::proxy
