// Datagrams read from media sockets in one round, in buffers with room at both ends, and datagrams sent
// together.
#pragma once

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
    /// Of a port that calls share, in one round.
    static constexpr std::size_t batch = 32;
    static constexpr std::size_t capacity = Ports::most_ready + batch;
    /// What fits a datagram of media on any path there is; longer ones are not media.
    static constexpr std::size_t longest = 2048;

    Inbox();
    ~Inbox();

    struct Item {
        PortId port = 0;
        base::Endpoint from;
        engine::media::Datagram datagram;
    };
    /// Goes once round the ports, so that a flood on one leaves the others their turn: one datagram of a port
    /// that is one call's, a batch of one that calls share. The items are valid until the next call.
    [[nodiscard]] const std::vector<Item> &read(const Ports &ports, const std::vector<PortId> &ready);
    /// Datagrams that were too long.
    [[nodiscard]] std::uint64_t too_long() const { return too_long_; }

  private:
    void read_one(PortId port, int fd);
    void read_many(PortId port, int fd);
    void take(PortId port, std::size_t slot, std::size_t size);

    struct Slots;
    std::unique_ptr<Slots> slots_;
    std::size_t used_ = 0;
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
    std::size_t send_many(int fd, bool v6, const engine::media::Send *sends, std::size_t count);

    struct Slots;
    std::unique_ptr<Slots> slots_;
};

} // namespace cord::io::media
