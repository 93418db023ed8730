#include "engine/ng/cookie_cache.hpp"

#include <utility>

namespace cord::engine::ng {

void CookieCache::age(base::Time now) {
    if (now < next_ && young_.size() < max_answers)
        return;
    // After a pause of two generations both are out of date.
    old_ = now < next_ + generation ? std::exchange(young_, {}) : Answers();
    young_.clear();
    next_ = now + generation;
}

const std::string *CookieCache::find(std::string_view cookie, base::Time now) {
    age(now);
    for (const Answers *answers : {&young_, &old_})
        if (auto found = answers->find(std::string(cookie)); found != answers->end())
            return &found->second;
    return nullptr;
}

void CookieCache::store(std::string cookie, std::string answer, base::Time now) {
    age(now);
    young_.insert_or_assign(std::move(cookie), std::move(answer));
}

} // namespace cord::engine::ng
