// TLS contexts: ours as a server, with the certificates that clients see, and ours as a client.
#pragma once

#include <memory>
#include <span>
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
    explicit TlsServer(std::span<const crypto::Certificate> certificates) { use(certificates); }

    /// For connections from now on; those that stand keep the former ones. A client that names a host sees
    /// the first certificate that is good for it; one that names none, or another, the first of all.
    void use(std::span<const crypto::Certificate> certificates);
    [[nodiscard]] Ssl accept(int fd) const;

  private:
    std::shared_ptr<ssl_ctx_st> context_; ///< Of the first; it holds those of the others.
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
