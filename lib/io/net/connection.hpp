// What all connections that carry SIP have in common, whatever wraps their messages.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "engine/transaction/flow.hpp"
#include "io/net/stream.hpp"
#include "wire/sip/framer.hpp"
#include "wire/sip/identities.hpp"

namespace cord::io::net {

using engine::transaction::Flow;
using engine::transaction::Transport;

class Connection;

/// Told by a connection, always from the loop and never from within a call of `send` or `close`.
class ConnectionOwner {
  public:
    virtual ~ConnectionOwner() = default;
    virtual void on_message(Connection &connection, base::Bytes message) = 0;
    /// The stream cannot be cut any further; close the connection when this is answered.
    virtual void on_broken(Connection &connection, const wire::sip::FrameError &error) = 0;
    /// It has said something that makes sense: no longer half open.
    virtual void on_open(Connection &connection) = 0;
    /// Its end, told once.
    virtual void on_gone(Connection &connection) = 0;
    /// The peer of a connection that we opened did not prove who it is; `on_gone` follows.
    virtual void on_distrusted(Connection &connection, const std::string &why) = 0;
    /// A client showed a certificate that proves nothing; it goes on without.
    virtual void on_unproved(Connection &connection, const std::string &why) = 0;
    virtual void on_send_failed(std::uint64_t token) = 0;
};

/// What a connection may cost: how long it may stay as it is, and how much it may hold.
struct ConnectionLimits {
    base::Duration half_open = std::chrono::seconds(20); ///< Until the first whole message or the upgrade.
    base::Duration stuck = std::chrono::seconds(20);     ///< With a part of a message.
    base::Duration idle = std::chrono::hours(2);         ///< Without any byte, on TCP and TLS.
    base::Duration websocket_idle =
        std::chrono::seconds(60);                    ///< Without any frame; a ping asks at half of it.
    std::size_t message = base::limits::sip_message; ///< Bytes of one WebSocket message.
    std::size_t write_queue = base::limits::write_queue;
    base::Duration linger = std::chrono::seconds(2); ///< For the peer to read our last words.
};

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(Flow flow, ConnectionOwner &owner, const ConnectionLimits &limits)
        : flow_(std::move(flow)), owner_(owner), limits_(limits) {}
    virtual ~Connection() = default;
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    virtual void start() = 0;
    /// Queues one message. A failure is told for tokens other than 0.
    virtual void send(std::string bytes, std::uint64_t token) = 0;
    /// Closes once what was sent before has left.
    virtual void close() = 0;

    [[nodiscard]] const Flow &flow() const { return flow_; }
    /// Whether it has said something that makes sense.
    [[nodiscard]] bool is_open() const { return open_; }
    /// Whom its client has proved to be by a certificate; null for nobody.
    [[nodiscard]] const wire::sip::Identities *client() const { return client_.get(); }
    /// Whether a SIP message may have come or gone, or wanted to: its end matters to the engines.
    [[nodiscard]] bool carried() const { return open_ || sent_; }

  protected:
    /// Messages on their way out.
    struct Outgoing {
        std::string bytes;
        std::uint64_t token;
    };

    /// False when the peer reads too slowly to take one more.
    bool enqueue(std::string bytes, std::uint64_t token) {
        if (queued_ + bytes.size() > limits_.write_queue)
            return false;
        sent_ = true;
        queued_ += bytes.size();
        queue_.push_back({std::move(bytes), token});
        return true;
    }
    void dequeue() {
        queued_ -= queue_.front().bytes.size();
        queue_.pop_front();
    }
    /// After the handshake of a connection that a client opened.
    void look_at_client(const Stream &stream) {
        if (std::string why = stream.distrust(); !why.empty())
            owner_.on_unproved(*this, why);
        else if (auto who = stream.peer(); !who.empty())
            client_ = std::make_unique<wire::sip::Identities>(std::move(who));
    }
    void opened() {
        if (!std::exchange(open_, true))
            owner_.on_open(*this);
    }
    /// Tells of the end and of what was not sent; the owner lets go of this.
    void gone() {
        for (const Outgoing &out : queue_)
            if (out.token != 0)
                owner_.on_send_failed(out.token);
        owner_.on_gone(*this);
    }

    Flow flow_;
    ConnectionOwner &owner_;
    const ConnectionLimits &limits_;
    std::list<Outgoing> queue_; // a deque takes half a kilobyte while it is empty
    std::size_t queued_ = 0;    // bytes in it

  private:
    std::unique_ptr<wire::sip::Identities> client_;
    bool open_ = false, sent_ = false;
};

} // namespace cord::io::net
