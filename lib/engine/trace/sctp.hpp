// User messages of SCTP (RFC 9260), put together where they are fragmented. SIP puts one message into each
// (RFC 4168).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/trace/packet.hpp"

namespace cord::engine::trace {

class SctpMessages {
  public:
    struct Message {
        Way way;
        base::Bytes data;
    };
    /// Takes a packet between these hosts (their ports are read here); gives the messages that are whole now.
    /// Views of the packet or of this, until the next call.
    [[nodiscard]] std::span<const Message> add(const Way &hosts, base::Bytes packet);

  private:
    struct Chunk {
        bool begin = false;
        bool end = false;
        base::Bytes data;
    };
    struct Piece {
        bool begin = false;
        bool end = false;
        std::string data;
    };
    using Key = std::pair<Way, std::uint32_t>; // with its transmission sequence number

    void take(const Way &way, std::uint32_t tsn, const Chunk &chunk);
    [[nodiscard]] std::optional<std::uint32_t> first_of(const Key &key) const;
    void join(const Way &way, std::uint32_t first);

    std::map<Key, Piece> pieces_;
    std::size_t waiting_ = 0; // bytes in them
    std::vector<Message> found_;
    std::vector<std::string> joined_;
};

} // namespace cord::engine::trace
