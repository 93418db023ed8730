#include "io/capture/feed.hpp"

namespace cord::io::capture {

Input::Result<Feed> Feed::open(const std::string &path, bool follow) {
    auto input = Input::open(path, follow);
    if (!input)
        return tl::unexpected(input.error());
    return Feed(*std::move(input));
}

Input::Result<std::optional<Feed::Found>> Feed::next() {
    for (;;) {
        if (given_ < decoded_.messages.size())
            return std::optional<Found>(decoded_.messages[given_++]);
        if (const auto datagram = std::exchange(decoded_.datagram, std::nullopt))
            return std::optional<Found>(*datagram);
        decoded_ = {};
        given_ = 0;
        if (finished_) {
            if (error_)
                return tl::unexpected(*std::exchange(error_, std::nullopt));
            return std::optional<Found>{};
        }
        const auto found = input_.next();
        if (!found || !*found) {
            // What TCP still held back is handed out before the end or the damage is told.
            if (!found)
                error_ = found.error();
            finished_ = true;
            decoded_ = decoder_.finish();
        } else if (const auto *packet = std::get_if<engine::trace::Packet>(&**found)) {
            decoded_ = decoder_.decode(*packet);
        } else if (const auto *secrets = std::get_if<engine::trace::Secrets>(&**found)) {
            decoder_.add_secrets(secrets->lines);
        } else {
            return std::optional<Found>(std::get<engine::trace::SipRecord>(**found));
        }
    }
}

} // namespace cord::io::capture
