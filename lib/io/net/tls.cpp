#include "io/net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstring>

#include <fmt/format.h>

#include "base/address.hpp"

namespace cord::io::net {
namespace {

std::shared_ptr<ssl_ctx_st> make_context(const SSL_METHOD *method) {
    std::shared_ptr<ssl_ctx_st> context(SSL_CTX_new(method), SSL_CTX_free);
    CORD_ASSERT(context);
    // RFC 8996: TLS 1.0 and 1.1 MUST NOT be used.
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
    return context;
}

std::shared_ptr<ssl_ctx_st> make_client_context() {
    auto context = make_context(TLS_client_method());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    return context;
}

/// The reason of OpenSSL's oldest error in words; it has none of its own for what the system refused.
std::string reason() {
    const unsigned long error = ERR_peek_error();
    if (ERR_SYSTEM_ERROR(error))
        return std::strerror(ERR_GET_REASON(error));
    const char *text = ERR_reason_error_string(error);
    return text == nullptr ? "no reason is known" : text;
}

} // namespace

void SslFree::operator()(ssl_st *ssl) const { SSL_free(ssl); }

TlsServer::TlsServer(const crypto::Certificate &certificate) { use(certificate); }

void TlsServer::use(const crypto::Certificate &certificate) {
    auto context = make_context(TLS_server_method());
    SSL_CTX *c = context.get();
    // Certificate has checked that both belong together, so this fails only for lack of memory.
    CORD_ASSERT(SSL_CTX_use_certificate(c, certificate.leaf()) == 1);
    CORD_ASSERT(SSL_CTX_use_PrivateKey(c, certificate.key()) == 1);
    for (const auto &issuer : certificate.chain().subspan(1))
        CORD_ASSERT(SSL_CTX_add1_chain_cert(c, issuer.get()) == 1);
    // Sessions come back by ticket alone: nothing is kept here for those who do not return.
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    context_ = std::move(context);
}

Ssl TlsServer::accept(int fd) const {
    Ssl ssl(SSL_new(context_.get()));
    CORD_ASSERT(ssl && SSL_set_fd(ssl.get(), fd) == 1);
    SSL_set_accept_state(ssl.get());
    return ssl;
}

base::Result<TlsClient, std::string> TlsClient::trusting(const std::string &ca_file) {
    auto context = make_client_context();
    ERR_clear_error();
    if (SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1)
        return tl::unexpected(fmt::format("{}: no certificates can be read there: {}", ca_file, reason()));
    return TlsClient(std::move(context));
}

Ssl TlsClient::connect(int fd, const std::string &host) {
    if (!context_) {
        context_ = make_client_context();
        (void)SSL_CTX_set_default_verify_paths(context_.get()); // a system without authorities trusts nobody
    }
    Ssl ssl(SSL_new(context_.get()));
    CORD_ASSERT(ssl && SSL_set_fd(ssl.get(), fd) == 1);
    if (base::IpAddress::parse(host)) {
        CORD_ASSERT(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) == 1);
    } else {
        // RFC 5922 section 7.2 wants no wildcards at all; the large trunks show "*.example.com" even so, and
        // a whole label is what RFC 6125 section 6.4.3 allows.
        SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        // RFC 6066 section 3: literal addresses are not permitted in the server name.
        CORD_ASSERT(SSL_set1_host(ssl.get(), host.c_str()) == 1);
        CORD_ASSERT(SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                             const_cast<char *>(host.c_str())) == 1);
    }
    SSL_set_connect_state(ssl.get());
    return ssl;
}

} // namespace cord::io::net
