// DTLS-SRTP (RFC 5764) as a machine: datagrams in, datagrams out, keys when done. An interface, so that a
// simulation can put a handshake without cryptography in its place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "engine/srtp/suite.hpp"

namespace cord::engine::dtls {

/// a=setup:active is the client (RFC 5763 section 5).
enum class Role : std::uint8_t { client, server };

/// a=fingerprint (RFC 8122): "sha-256" and upper- or lower-case pairs joined by colons.
struct Fingerprint {
    std::string hash;
    std::string value;

    bool operator==(const Fingerprint &) const = default;
};

struct SrtpKeys {
    srtp::MasterKey outbound;
    srtp::MasterKey inbound;
};

enum class State : std::uint8_t { handshaking, connected, failed, closed };

/// One association. Hand it nothing before ICE has found the sender's address valid: a ClientHello needs no
/// cookie then (RFC 5763 section 6.7.1). After every call take what is to be sent.
class Handshaker {
  public:
    virtual ~Handshaker() = default;

    /// Sends the ClientHello, if the role is client.
    virtual void start(base::Time now) = 0;
    virtual void receive(base::Bytes datagram, base::Time now) = 0;
    /// Retransmits what the peer has not answered.
    virtual void on_deadline(base::Time now) = 0;
    /// Sends close_notify.
    virtual void close() = 0;

    [[nodiscard]] virtual base::Time deadline() const = 0;
    [[nodiscard]] virtual std::vector<std::vector<std::uint8_t>> take_datagrams() = 0;

    [[nodiscard]] virtual State state() const = 0;
    /// Why it failed, in words that last as long as the program.
    [[nodiscard]] virtual const char *failure() const = 0;
    /// Whether the peer's certificate is one of these. Keys are of no use before this holds.
    [[nodiscard]] virtual bool peer_is(const std::vector<Fingerprint> &expected) const = 0;
    /// When connected.
    [[nodiscard]] virtual std::optional<SrtpKeys> keys() const = 0;
};

class HandshakerFactory {
  public:
    virtual ~HandshakerFactory() = default;
    [[nodiscard]] virtual std::unique_ptr<Handshaker> make(Role role) = 0;
    /// Of our certificate, for SDP.
    [[nodiscard]] virtual const Fingerprint &fingerprint() const = 0;
};

} // namespace cord::engine::dtls
