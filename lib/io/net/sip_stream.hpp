// SIP over TCP and TLS (RFC 3261 section 18): a byte stream cut into messages.
#pragma once

#include "io/net/connection.hpp"
#include "io/net/loop.hpp"
#include "io/net/stream.hpp"

namespace cord::io::net {

class SipStream final : public Connection {
  public:
    /// `connecting`: opened by us and not yet writable.
    SipStream(Loop &loop, Stream stream, Flow flow, ConnectionOwner &owner, const ConnectionLimits &limits,
              bool connecting);

    void start() override;
    void send(std::string bytes, std::uint64_t token) override;
    void close() override;

  private:
    enum class State { connecting, shaking, open, closing, dead };

    void connected();
    void shake();
    void read();
    void take_frames();
    void flush();
    void die();
    void die_soon();
    void watch_the_clock();
    [[nodiscard]] base::Time deadline() const;

    Loop &loop_;
    Stream stream_;
    Timer timer_;
    bool ours_; ///< We have opened it.
    State state_;
    wire::sip::StreamFramer framer_;
    std::size_t sent_ = 0; // of the first message in the queue
    bool waiting_ = false; // for the stream to take more
    base::Time started_;
    base::Time last_heard_;
    base::Time begun_; ///< The message of which a part has come. Bytes that trickle in do not prolong it.
    base::Time armed_for_ = base::never;
};

} // namespace cord::io::net
