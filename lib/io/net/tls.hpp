// TLS contexts: ours as a server, with the certificates that clients see, and ours as a client.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "crypto/certificate.hpp"

struct ssl_ctx_st;
struct ssl_st;
struct stack_st_X509_NAME;
struct x509_store_st;

namespace cord::io::net {

struct SslFree {
    void operator()(ssl_st *ssl) const;
};
using Ssl = std::unique_ptr<ssl_st, SslFree>;

/// Those whose signature on a client's certificate we believe.
class ClientAuthorities {
  public:
    /// Of a PEM file. The error names it.
    [[nodiscard]] static base::Result<ClientAuthorities, std::string> load(const std::string &ca_file);

  private:
    friend class TlsServer;
    std::shared_ptr<x509_store_st> store_;
    std::shared_ptr<stack_st_X509_NAME> names_; ///< What clients choose their certificate by.
};

class TlsServer {
  public:
    TlsServer(std::span<const crypto::Certificate> certificates, std::optional<ClientAuthorities> clients);

    // For connections from now on; those that stand keep what they were made with.

    /// A client that names a host sees the first certificate that is good for it; one that names none, or
    /// another, the first of all.
    void use(std::span<const crypto::Certificate> certificates);
    /// Clients are asked for a certificate by one of these; nothing: they are not asked. One that has none,
    /// or a bad one, goes on without: Stream::peer tells who has proved something.
    void ask(std::optional<ClientAuthorities> clients);
    [[nodiscard]] Ssl accept(int fd) const;

  private:
    void make_contexts();

    std::vector<crypto::Certificate> certificates_;
    std::optional<ClientAuthorities> clients_;
    std::shared_ptr<ssl_ctx_st> context_; ///< Of the first certificate; it holds those of the others.
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
