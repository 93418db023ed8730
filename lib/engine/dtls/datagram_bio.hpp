// A BIO that keeps the boundaries of datagrams: one is read at a time, each write is one.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

struct bio_st;

namespace cord::engine::dtls {

/// The two ends of the BIO as the handshake sees them.
struct Datagrams {
    base::Bytes incoming; // empty when there is nothing to read; never copied
    std::vector<std::vector<std::uint8_t>> outgoing;
};

/// What we send has at most this size, IP and UDP headers not counted: it passes any path that carries
/// WebRTC.
inline constexpr long mtu = 1200;

/// The BIO refers to `ends`, which must outlive it.
[[nodiscard]] bio_st *make_datagram_bio(Datagrams &ends);

} // namespace cord::engine::dtls
