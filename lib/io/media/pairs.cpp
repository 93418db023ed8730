#include "io/media/pairs.hpp"

#include <fmt/format.h>

#include <utility>

namespace cord::io::media {

Pairs::Pairs(std::uint16_t first, std::uint16_t last) : first_(first) {
    for (std::uint32_t port = first; port < last; port += 2)
        free_.push_back(static_cast<std::uint16_t>(port));
    held_.resize(free_.size());
}

std::optional<std::uint16_t> Pairs::take(base::Random &random) {
    if (free_.empty())
        return std::nullopt;
    std::swap(free_[random.below(free_.size())], free_.back());
    const std::uint16_t pair = free_.back();
    free_.pop_back();
    held(pair) = 2;
    return pair;
}

void Pairs::release(std::uint16_t pair) {
    if (--held(pair) == 0)
        free_.push_back(pair);
}

void Pairs::give_back(std::uint16_t pair) {
    held(pair) = 0;
    free_.push_back(pair);
}

void Pairs::set_aside(std::uint16_t pair) {
    held(pair) = 0;
    foreign_.push_back(pair);
}

void Pairs::reconsider() {
    constexpr int few = 8; // each costs two system calls of the next offer
    for (int n = 0; n < few && !foreign_.empty(); ++n) {
        free_.push_back(foreign_.front());
        foreign_.pop_front();
    }
}

std::string Pairs::describe() const {
    if (held_.empty())
        return "the range of media ports holds no pair";
    return fmt::format("all media ports from {} to {} are in use, {} of {} pairs by other programs", first_,
                       first_ + 2 * held_.size() - 1, foreign_.size(), held_.size());
}

} // namespace cord::io::media
