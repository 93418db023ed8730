// Answers already given to datagrams: a client that hears nothing repeats its request, and gets the same
// answer. Another client may have the same cookie, and a client that has begun anew may use its cookies
// again.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"

namespace cord::engine::ng {

class CookieCache {
  public:
    /// What is the same in a request that is repeated: who sends it and all it says.
    [[nodiscard]] static std::string key(std::string_view sender, std::string_view message);

    /// The answer once given, or nullptr.
    [[nodiscard]] const std::string *find(const std::string &key, base::Time now);
    void store(std::string key, std::string answer, base::Time now);

    /// Answers live for one to two of these.
    static constexpr base::Duration generation = std::chrono::seconds(30);
    /// A generation ends early when it holds so many answers.
    static constexpr std::size_t max_answers = 20'000;

  private:
    using Answers = std::unordered_map<std::string, std::string>;
    void age(base::Time now);

    Answers young_;
    Answers old_;
    base::Time next_{};
};

} // namespace cord::engine::ng
