// The handshake by OpenSSL, over a datagram BIO of our own in memory. OpenSSL keeps its own clock and
// randomness: the one place where an engine is not a pure function of its inputs.
#pragma once

#include <memory>

#include "crypto/certificate.hpp"
#include "engine/dtls/handshaker.hpp"

struct ssl_ctx_st;

namespace cord::engine::dtls {

/// Makes handshakes for one certificate; they may outlive it.
class OpenSslFactory final : public HandshakerFactory {
  public:
    explicit OpenSslFactory(const crypto::Certificate &certificate);

    [[nodiscard]] std::unique_ptr<Handshaker> make(Role role) override;
    [[nodiscard]] const Fingerprint &fingerprint() const override { return fingerprint_; }

  private:
    std::shared_ptr<ssl_ctx_st> context_;
    Fingerprint fingerprint_;
};

} // namespace cord::engine::dtls
