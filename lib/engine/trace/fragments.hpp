// IP datagrams put together from their fragments, in whatever order they come (RFC 791, RFC 8200
// section 4.5).
#pragma once

#include <bitset>
#include <compare>
#include <map>
#include <optional>
#include <vector>

#include "engine/trace/ip.hpp"
#include "engine/trace/packet.hpp"

namespace cord::engine::trace {

class Fragments {
  public:
    /// Takes a fragment; gives the whole datagram once its last piece has come. Its payload lives until the
    /// next call.
    [[nodiscard]] std::optional<IpPacket> add(const IpPacket &piece, Stamp at);

    /// Datagrams that never became whole.
    [[nodiscard]] std::size_t incomplete() const { return given_up_ + partial_.size(); }

  private:
    static constexpr std::size_t largest = 65'535;
    static constexpr std::size_t unit = 8; // fragments begin at multiples of it

    struct Key {
        base::IpAddress src;
        base::IpAddress dst;
        std::uint32_t id;
        std::uint8_t protocol;
        auto operator<=>(const Key &) const = default;
    };
    struct Partial {
        Stamp since;
        std::vector<std::uint8_t> bytes;
        std::bitset<largest / unit + 1> present;
        std::optional<std::size_t> total;
    };

    void make_room(Stamp now);
    static void copy(Partial &to, const IpPacket &piece);

    std::map<Key, Partial> partial_;
    std::vector<std::uint8_t> whole_;
    std::size_t given_up_ = 0;
};

} // namespace cord::engine::trace
