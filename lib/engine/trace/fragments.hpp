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

/// What became of fragmented datagrams.
struct FragmentCounts {
    std::uint64_t whole = 0;
    std::uint64_t headless = 0;   ///< The first fragment, with the ports in it, is missing.
    std::uint64_t incomplete = 0; ///< Another one is.
    std::uint64_t unusable = 0;   ///< Fragments that the capture cut, or that make no sense.
};

class Fragments {
  public:
    /// Takes a fragment; gives the whole datagram once its last piece has come. Its payload lives until the
    /// next call.
    [[nodiscard]] std::optional<IpPacket> add(const IpPacket &piece, Stamp at);

    /// Those that still wait are incomplete.
    [[nodiscard]] FragmentCounts counts() const;

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
    static void give_up(const Partial &partial, FragmentCounts &counts);
    static void copy(Partial &to, const IpPacket &piece);

    std::map<Key, Partial> partial_;
    std::vector<std::uint8_t> whole_;
    FragmentCounts counts_;
};

} // namespace cord::engine::trace
