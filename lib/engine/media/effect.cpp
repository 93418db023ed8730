#include "engine/media/effect.hpp"

namespace cord::engine::media {

void Outbox::clear() {
    sends.clear();
    opened.clear();
    transcodes.clear();
    closed.clear();
    overheard.clear();
    events.clear();
    kept_.clear();
}

base::Bytes Outbox::keep(std::vector<std::uint8_t> bytes) { return kept_.emplace_back(std::move(bytes)); }

Datagram Outbox::keep_with_room(std::vector<std::uint8_t> bytes) {
    const std::size_t size = bytes.size() - head_room;
    auto &buffer = kept_.emplace_back(std::move(bytes));
    buffer.resize(buffer.size() + tail_room);
    return {buffer.data() + head_room, size};
}

} // namespace cord::engine::media
