// A connected byte stream, plain or TLS: one interface for both, without buffers of its own.
#pragma once

#include <functional>
#include <string>

#include "base/bytes.hpp"
#include "io/net/fd.hpp"
#include "io/net/loop.hpp"
#include "io/net/tls.hpp"
#include "wire/sip/identities.hpp"

namespace cord::io::net {

class Stream {
  public:
    /// What a call came to. TLS may have to write in order to read, and the other way round.
    enum class Status { done, wait_readable, wait_writable, ended, failed };
    struct Moved {
        Status status;
        std::size_t bytes = 0;
    };

    Stream(Loop &loop, Fd fd, Ssl ssl = {});

    /// Before anything else on a TLS stream; done at once on a plain one.
    [[nodiscard]] Status handshake();
    [[nodiscard]] Moved read(base::MutableBytes into);
    [[nodiscard]] Moved write(base::Bytes from);
    /// Calls once the wait that `status` names is over. The call dies with the stream.
    void when(Status status, std::function<void()> call);
    /// Says that nothing more will come (close_notify, FIN) and lets the peer read what was sent.
    void finish();

    /// Why the peer's certificate was not accepted; empty when that is not what the handshake failed for.
    [[nodiscard]] std::string distrust() const;
    /// Whom the peer has proved to be by its certificate: nobody where it showed none, or a bad one.
    [[nodiscard]] wire::sip::Identities peer() const;

    [[nodiscard]] int fd() const { return fd_.get(); }

  private:
    [[nodiscard]] Status status_of(int result) const;

    Fd fd_;
    Watch watch_; // before the descriptor closes
    Ssl ssl_;
};

} // namespace cord::io::net
