#include "engine/ng/cookie_cache.hpp"

#include <functional>
#include <utility>

#include <fmt/format.h>

namespace cord::engine::ng {

void CookieCache::age(base::Time now) {
    if (now < next_ && young_.size() < max_answers)
        return;
    // After a pause of two generations both are out of date.
    old_ = now < next_ + generation ? std::exchange(young_, {}) : Answers();
    young_.clear();
    next_ = now + generation;
}

std::string CookieCache::key(std::string_view sender, std::string_view message) {
    // The cookie as it is and the rest by its hash: it may be long, and only its sender could make two alike.
    const std::size_t cookie = message.substr(0, message.find(' ')).size();
    return fmt::format("{} {} {:x}", sender, message.substr(0, cookie),
                       std::hash<std::string_view>()(message.substr(cookie)));
}

const std::string *CookieCache::find(const std::string &key, base::Time now) {
    age(now);
    for (const Answers *answers : {&young_, &old_})
        if (auto found = answers->find(key); found != answers->end())
            return &found->second;
    return nullptr;
}

void CookieCache::store(std::string key, std::string answer, base::Time now) {
    age(now);
    young_.insert_or_assign(std::move(key), std::move(answer));
}

} // namespace cord::engine::ng
