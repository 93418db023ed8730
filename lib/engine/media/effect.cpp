#include "engine/media/effect.hpp"

#include <algorithm>

namespace cord::engine::media {

void Outbox::clear() {
    sends.clear();
    opened.clear();
    transcodes.clear();
    closed.clear();
    events.clear();
    kept_.clear();
}

base::Bytes Outbox::keep(std::vector<std::uint8_t> bytes) { return kept_.emplace_back(std::move(bytes)); }

Datagram Outbox::keep_with_room(base::Bytes bytes) {
    auto &buffer = kept_.emplace_back(head_room + bytes.size() + tail_room);
    std::copy(bytes.begin(), bytes.end(), buffer.begin() + head_room);
    return {buffer.data() + head_room, bytes.size()};
}

} // namespace cord::engine::media
