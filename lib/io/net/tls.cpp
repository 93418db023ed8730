#include "io/net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "base/address.hpp"
#include "crypto/alternative_names.hpp"
#include "wire/sip/identities.hpp"

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

/// RFC 5922 section 7.1: a certificate with sip URIs of domains is for those, whatever hosts stand beside;
/// and a common name counts where there is no subjectAltName at all. Section 7.2 wants no wildcards; the
/// large trunks show "*.example.com" even so, and a whole label is what RFC 6125 section 6.4.3 allows.
bool is_of_domain(const X509 *certificate, const char *domain) {
    const auto names = crypto::alternative_names(certificate);
    const auto by_uri = wire::sip::identities(names.uris, {});
    if (!by_uri.domains.empty())
        return by_uri.name_domain(domain);
    unsigned flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    if (names.present)
        flags |= X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
    return X509_check_host(const_cast<X509 *>(certificate), domain, 0, flags, nullptr) == 1;
}

/// RFC 5922 section 7.3: "the client MUST compare the original domain portion of the SIP AUS [...] to the SIP
/// domain identities obtained from the certificate."
int verify_server(X509_STORE_CTX *store, void *) {
    if (X509_verify_cert(store) != 1)
        return 0;
    const auto *ssl =
        static_cast<const SSL *>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const char *domain = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    // An address in the place of a name was compared with the rest.
    if (domain == nullptr || is_of_domain(X509_STORE_CTX_get0_cert(store), domain))
        return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
    return 0;
}

/// RFC 5922 section 7.4: "Whether or not to close a connection if the client does not present a certificate
/// is a matter of local policy". Phones come with one of their maker's, and know a password as well: what
/// was found stays with the connection, which goes on.
int look_at_client(X509_STORE_CTX *store, void *) {
    (void)X509_verify_cert(store);
    return 1;
}

std::shared_ptr<ssl_ctx_st> make_client_context() {
    auto context = make_context(TLS_client_method());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context.get(), verify_server, nullptr);
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

void ask_for_certificate(SSL_CTX *c, X509_STORE *authorities, const STACK_OF(X509_NAME) * names) {
    SSL_CTX_set1_cert_store(c, authorities);
    SSL_CTX_set_client_CA_list(c, SSL_dup_CA_list(names));
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(c, look_at_client, nullptr);
    // Without one OpenSSL takes no ticket back from clients that were asked. The tickets of other
    // authorities are of another context, and cannot be read any more.
    constexpr unsigned char id[] = "cord";
    CORD_ASSERT(SSL_CTX_set_session_id_context(c, id, sizeof id) == 1);
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

std::string unreadable(const std::string &ca_file) {
    return fmt::format("{}: no certificates can be read there: {}", ca_file, reason());
}

} // namespace

void SslFree::operator()(ssl_st *ssl) const { SSL_free(ssl); }

base::Result<ClientAuthorities, std::string> ClientAuthorities::load(const std::string &ca_file) {
    ClientAuthorities out;
    out.store_ = {X509_STORE_new(), X509_STORE_free};
    CORD_ASSERT(out.store_);
    ERR_clear_error();
    out.names_ = {SSL_load_client_CA_file(ca_file.c_str()),
                  [](STACK_OF(X509_NAME) * names) { sk_X509_NAME_pop_free(names, X509_NAME_free); }};
    if (!out.names_ || X509_STORE_load_file(out.store_.get(), ca_file.c_str()) != 1)
        return tl::unexpected(unreadable(ca_file));
    return out;
}

TlsServer::TlsServer(std::span<const crypto::Certificate> certificates,
                     std::optional<ClientAuthorities> clients)
    : clients_(std::move(clients)) {
    use(certificates);
}

void TlsServer::use(std::span<const crypto::Certificate> certificates) {
    CORD_ASSERT(!certificates.empty());
    certificates_.assign(certificates.begin(), certificates.end());
    make_contexts();
}

void TlsServer::ask(std::optional<ClientAuthorities> clients) {
    clients_ = std::move(clients);
    make_contexts();
}

void TlsServer::make_contexts() {
    auto make = [&](const crypto::Certificate &certificate) {
        auto context = make_server_context(certificate);
        if (clients_)
            ask_for_certificate(context.get(), clients_->store_.get(), clients_->names_.get());
        return context;
    };
    auto first = make(certificates_.front());
    auto others = std::make_unique<Contexts>();
    for (std::size_t i = 1; i < certificates_.size(); ++i)
        others->push_back(make(certificates_[i]));
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
        return tl::unexpected(unreadable(ca_file));
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
        // RFC 6066 section 3: literal addresses are not permitted in the server name.
        CORD_ASSERT(SSL_ctrl(ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                             const_cast<char *>(host.c_str())) == 1);
    }
    SSL_set_connect_state(ssl.get());
    return ssl;
}

} // namespace cord::io::net
