// TLS contexts: ours as a server, with the certificate that clients see, and ours as a client.
#pragma once

#include <memory>

#include "crypto/certificate.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace cord::io::net {

struct SslFree {
    void operator()(ssl_st *ssl) const;
};
using Ssl = std::unique_ptr<ssl_st, SslFree>;

class TlsServer {
  public:
    explicit TlsServer(const crypto::Certificate &certificate);

    /// For connections from now on; those that stand keep the former one.
    void use(const crypto::Certificate &certificate);
    [[nodiscard]] Ssl accept(int fd) const;

  private:
    std::shared_ptr<ssl_ctx_st> context_;
};

/// Connections to next hops. A flow names an address, not a host, so there is no name to check a certificate
/// against: this keeps off listeners, not impostors.
class TlsClient {
  public:
    TlsClient();
    [[nodiscard]] Ssl connect(int fd) const;

  private:
    std::shared_ptr<ssl_ctx_st> context_;
};

} // namespace cord::io::net
