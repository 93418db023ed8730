// Takes in who connects to a listening socket.
#pragma once

#include <functional>

#include "io/net/fd.hpp"
#include "io/net/loop.hpp"
#include "io/net/socket.hpp"

namespace cord::io::net {

/// From its construction to its end. It does not own the socket, which is non-blocking and outlives it. While
/// the process has no descriptor for a peer, the peer waits.
class Acceptor {
  public:
    /// A peer's socket, non-blocking, and its address, which on a Unix socket says nothing.
    using OnPeer = std::function<void(Fd peer, const SocketAddress &from)>;
    Acceptor(Loop &loop, int fd, OnPeer on_peer);
    Acceptor(const Acceptor &) = delete;
    Acceptor &operator=(const Acceptor &) = delete;

  private:
    void wait();
    void accept();

    int fd_;
    OnPeer on_peer_;
    Watch watch_;
    Timer again_; // when there was no descriptor
};

} // namespace cord::io::net
