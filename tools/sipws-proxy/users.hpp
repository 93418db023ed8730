// What the database said of users a moment ago: a phone that registers, calls and hangs up asks it once.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.hpp"
#include "engine/proxy/core.hpp"

namespace cord::tools::sipws_proxy {

class Users {
  public:
    [[nodiscard]] std::optional<engine::proxy::UserAnswer> find(const std::string &aor,
                                                                base::Time now) const {
        auto found = known_.find(aor);
        if (found == known_.end() || found->second.until <= now)
            return std::nullopt;
        return found->second.answer;
    }
    void put(const std::string &aor, const engine::proxy::UserAnswer &answer, base::Time now) {
        // An unknown user may be added at any moment, and strangers may ask for any number of them.
        if (answer.status != engine::proxy::UserAnswer::Status::found)
            return;
        if (known_.size() >= most)
            known_.clear();
        known_[aor] = {answer, now + kept};
    }
    void forget_all() { known_.clear(); }

  private:
    static constexpr auto kept = std::chrono::seconds(60);
    static constexpr std::size_t most = 50'000;
    struct Entry {
        engine::proxy::UserAnswer answer;
        base::Time until;
    };
    std::unordered_map<std::string, Entry> known_;
};

} // namespace cord::tools::sipws_proxy
