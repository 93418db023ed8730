// What the database said of users: a phone that registers, calls and hangs up asks it once.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.hpp"
#include "engine/proxy/core.hpp"

namespace cord::tools::sipws_proxy {

/// Good while no other program has changed the database, which each lookup that asks it tells: so it is asked
/// at least once a second of use.
class Users {
  public:
    /// Null for one that has to be asked for.
    [[nodiscard]] const engine::proxy::UserAnswer *find(const std::string &aor, base::Time now) const {
        auto found = known_.find(aor);
        return found == known_.end() || now - told_ >= good_for ? nullptr : &found->second;
    }
    void put(const std::string &aor, const engine::proxy::UserAnswer &answer, std::uint64_t version,
             base::Time now) {
        if (version != version_)
            known_.clear();
        version_ = version;
        told_ = now;
        // An unknown user may be added at any moment, and strangers may ask for any number of them.
        if (answer.status != engine::proxy::UserAnswer::Status::found)
            return;
        if (known_.size() >= most)
            known_.clear();
        known_[aor] = answer;
    }
    void forget_all() { known_.clear(); }

  private:
    static constexpr auto good_for = std::chrono::seconds(1);
    static constexpr std::size_t most = 50'000;
    std::unordered_map<std::string, engine::proxy::UserAnswer> known_;
    std::uint64_t version_ = 0;
    base::Time told_{};
};

} // namespace cord::tools::sipws_proxy
