// TLS contexts: ours as a server, with the certificate that clients see, and ours as a client.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
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

/// Connections that we open: the peer shows a certificate for the host we mean, signed by an authority that
/// we trust, or the handshake fails.
class TlsClient {
  public:
    /// Trusts the system's authorities, which the first connection reads: it takes a while and some
    /// megabytes, and nobody pays for them who opens none.
    TlsClient() = default;
    /// Trusts those of this PEM file instead. The error names the file.
    [[nodiscard]] static base::Result<TlsClient, std::string> trusting(const std::string &ca_file);
    /// `host` is a name or an IP address.
    [[nodiscard]] Ssl connect(int fd, const std::string &host);

  private:
    explicit TlsClient(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}

    std::shared_ptr<ssl_ctx_st> context_; ///< Of those whom we trust, once known.
};

} // namespace cord::io::net
