#include "io/net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstring>
#include <vector>

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

std::shared_ptr<ssl_ctx_st> make_server_context(const crypto::Certificate &certificate) {
    auto context = make_context(TLS_server_method());
    SSL_CTX *c = context.get();
    // Certificate has checked that both belong together, so this fails only for lack of memory.
    CORD_ASSERT(SSL_CTX_use_certificate(c, certificate.leaf()) == 1);
    CORD_ASSERT(SSL_CTX_use_PrivateKey(c, certificate.key()) == 1);
    for (const auto &issuer : certificate.chain().subspan(1))
        CORD_ASSERT(SSL_CTX_add1_chain_cert(c, issuer.get()) == 1);
    // Sessions come back by ticket alone: nothing is kept here for those who do not return.
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    return context;
}

using Contexts = std::vector<std::shared_ptr<ssl_ctx_st>>;

/// Where the first certificate's context keeps those of the others: a handshake under way when certificates
/// are exchanged still chooses among its own, and the last connection takes them along.
int others_index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr,
                                                      [](void *, void *others, CRYPTO_EX_DATA *, int, long,
                                                         void *) { delete static_cast<Contexts *>(others); });
    return index;
}

bool is_good_for(SSL_CTX *context, const char *host) {
    return X509_check_host(SSL_CTX_get0_certificate(context), host, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS,
                           nullptr) == 1;
}

/// RFC 6066 section 3: "If the server understood the ClientHello extension but does not recognize the server
/// name, the server SHOULD take one of two actions: either abort the handshake by sending a fatal-level
/// unrecognized_name(112) alert or continue the handshake." Phones name hosts that only they know: it goes
/// on.
int choose_context(SSL *ssl, int *, void *) {
    SSL_CTX *context = SSL_get_SSL_CTX(ssl);
    const char *host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const auto *others = static_cast<const Contexts *>(SSL_CTX_get_ex_data(context, others_index()));
    // There are none when the choice was made already, by a ClientHello that had to be sent again.
    if (host == nullptr || others == nullptr || is_good_for(context, host))
        return SSL_TLSEXT_ERR_OK;
    for (const auto &other : *others)
        if (is_good_for(other.get(), host)) {
            SSL_set_SSL_CTX(ssl, other.get());
            break;
        }
    return SSL_TLSEXT_ERR_OK;
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

void TlsServer::use(std::span<const crypto::Certificate> certificates) {
    CORD_ASSERT(!certificates.empty());
    auto first = make_server_context(certificates.front());
    auto others = std::make_unique<Contexts>();
    for (const crypto::Certificate &certificate : certificates.subspan(1))
        others->push_back(make_server_context(certificate));
    if (!others->empty())
        // The macro for it casts as C does.
        SSL_CTX_callback_ctrl(first.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                              reinterpret_cast<void (*)()>(choose_context));
    CORD_ASSERT(SSL_CTX_set_ex_data(first.get(), others_index(), others.get()) == 1);
    (void)others.release(); // goes with the first
    context_ = std::move(first);
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
