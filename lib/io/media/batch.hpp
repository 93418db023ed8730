// Datagrams read from a media socket together, in buffers with room at both ends, and datagrams sent
// together.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/address.hpp"
#include "engine/media/datagram.hpp"
#include "engine/media/effect.hpp"
#include "io/media/ports.hpp"

namespace cord::io::media {

class Inbox {
  public:
    static constexpr std::size_t capacity = 32;
    /// What fits a datagram of media on any path there is; longer ones are not media.
    static constexpr std::size_t longest = 2048;

    Inbox();
    ~Inbox();

    struct Item {
        base::Endpoint from;
        engine::media::Datagram datagram;
    };
    /// Reads what is there, up to `capacity`. The items are valid until the next call.
    [[nodiscard]] const std::vector<Item> &read(int fd);
    /// Datagrams that were too long.
    [[nodiscard]] std::uint64_t too_long() const { return too_long_; }

  private:
    struct Slots;
    std::unique_ptr<Slots> slots_;
    std::vector<Item> items_;
    std::uint64_t too_long_ = 0;
};

/// Sends in order; datagrams of one port that follow each other go by one system call. What the kernel does
/// not take is dropped: media does not wait.
class Sender {
  public:
    Sender();
    ~Sender();
    /// The number that were dropped.
    std::size_t send(const Ports &ports, const std::vector<engine::media::Send> &sends);

  private:
    struct Slots;
    std::unique_ptr<Slots> slots_;
};

} // namespace cord::io::media
