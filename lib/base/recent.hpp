// What is remembered of many, of whom only so many can be remembered: the one not asked for longest makes
// room.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <utility>

namespace cord::base {

template <class Key, class Value>
class Recent {
  public:
    explicit Recent(std::size_t most) : most_(most) {}

    /// What is remembered of `key`, from now on the latest; made when there is nothing.
    Value &operator[](const Key &key) {
        if (auto found = places_.find(key); found != places_.end()) {
            order_.splice(order_.begin(), order_, found->second);
            return found->second->second;
        }
        if (places_.size() >= most_) {
            places_.erase(order_.back().first);
            order_.pop_back();
        }
        order_.emplace_front(key, Value{});
        places_.emplace(key, order_.begin());
        return order_.front().second;
    }
    /// Null when nothing is.
    Value *find(const Key &key) {
        auto found = places_.find(key);
        return found == places_.end() ? nullptr : &found->second->second;
    }

    [[nodiscard]] std::size_t size() const { return places_.size(); }
    [[nodiscard]] auto begin() const { return order_.begin(); }
    [[nodiscard]] auto end() const { return order_.end(); }

  private:
    using Order = std::list<std::pair<Key, Value>>; // the latest first
    std::size_t most_;
    Order order_;
    std::map<Key, typename Order::iterator> places_;
};

} // namespace cord::base
