#include "engine/dtls/openssl.hpp"

#include <sys/time.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/text.hpp"
#include "engine/dtls/datagram_bio.hpp"

namespace cord::engine::dtls {
namespace {

using srtp::MasterKey;
using srtp::Suite;

struct Profile {
    unsigned long id; // RFC 5764 section 4.1.2, RFC 7714 section 14.2
    Suite suite;
};
constexpr std::array profiles{
    Profile{SRTP_AEAD_AES_128_GCM, Suite::aead_aes_128_gcm},
    Profile{SRTP_AEAD_AES_256_GCM, Suite::aead_aes_256_gcm},
    Profile{SRTP_AES128_CM_SHA1_80, Suite::aes_cm_128_hmac_sha1_80},
};
// A server takes the first of its own that the client offers: GCM costs the least.
constexpr const char *profile_names = "SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80";

// Forward secrecy and AEAD alone, as RFC 8827 section 6.5 asks for; CBC with ECDSA is its
// mandatory-to-implement one.
constexpr const char *ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE-ECDSA-AES128-SHA";

/// The first retransmission comes soon, as libwebrtc has it (RFC 6347 section 4.2.4.1 lets real-time
/// applications do so), and then at doubled times, 2 s at most: about 17 s until OpenSSL gives up after
/// twelve.
unsigned retransmission_microseconds(SSL *, unsigned previous) {
    return previous == 0 ? 100'000 : std::min(2 * previous, 2'000'000U);
}

/// Any certificate will do here: who the peer is is judged by `peer_is`.
int accept_any_certificate(int, X509_STORE_CTX *) { return 1; }

bool is_known_hash(std::string_view name) {
    for (const char *known : {"sha-1", "sha-224", "sha-256", "sha-384", "sha-512"})
        if (base::iequals(name, known))
            return true;
    return false;
}

std::string fingerprint_of(const X509 *certificate, std::string_view hash_name) {
    std::string name(hash_name);
    name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash;
    unsigned size = 0;
    CORD_ASSERT(X509_digest(certificate, EVP_get_digestbyname(name.c_str()), hash.data(), &size) == 1);
    return fmt::format("{:02X}", fmt::join(hash.data(), hash.data() + size, ":"));
}

class OpenSsl final : public Handshaker {
  public:
    OpenSsl(SSL_CTX *context, Role role) : ssl_(SSL_new(context), SSL_free), role_(role) {
        CORD_ASSERT(ssl_);
        BIO *bio = make_datagram_bio(ends_);
        SSL_set_bio(ssl_.get(), bio, bio);
        SSL_set_mtu(ssl_.get(), mtu);
        DTLS_set_timer_cb(ssl_.get(), retransmission_microseconds);
        role == Role::client ? SSL_set_connect_state(ssl_.get()) : SSL_set_accept_state(ssl_.get());
    }

    void start(base::Time now) override {
        if (role_ == Role::client)
            advance(now);
    }

    void receive(base::Bytes datagram, base::Time now) override {
        if (state_ == State::failed || state_ == State::closed || datagram.empty())
            return;
        ends_.incoming = datagram;
        advance(now);
        ends_.incoming = {};
    }

    void on_deadline(base::Time now) override {
        if (now < deadline_)
            return;
        if (DTLSv1_handle_timeout(ssl_.get()) < 0)
            fail("the DTLS peer does not answer");
        set_deadline(now);
    }

    void close() override {
        if (state_ == State::connected) {
            SSL_shutdown(ssl_.get());
            state_ = State::closed;
        }
        deadline_ = base::never;
    }

    [[nodiscard]] base::Time deadline() const override { return deadline_; }
    [[nodiscard]] State state() const override { return state_; }
    [[nodiscard]] const char *failure() const override { return failure_; }

    [[nodiscard]] std::vector<std::vector<std::uint8_t>> take_datagrams() override {
        return std::exchange(ends_.outgoing, {});
    }

    [[nodiscard]] bool peer_is(const std::vector<Fingerprint> &expected) const override {
        const X509 *certificate = SSL_get0_peer_certificate(ssl_.get());
        if (certificate == nullptr)
            return false;
        return std::any_of(expected.begin(), expected.end(), [&](const Fingerprint &f) {
            return is_known_hash(f.hash) &&
                   base::iequals(f.value, fingerprint_of(certificate, base::lower(f.hash)));
        });
    }

    [[nodiscard]] std::optional<SrtpKeys> keys() const override {
        const SRTP_PROTECTION_PROFILE *chosen = SSL_get_selected_srtp_profile(ssl_.get());
        if (state_ != State::connected || chosen == nullptr)
            return std::nullopt;
        const auto *profile = std::find_if(profiles.begin(), profiles.end(),
                                           [&](const Profile &p) { return p.id == chosen->id; });
        CORD_ASSERT(profile != profiles.end());
        return export_keys(profile->suite);
    }

  private:
    /// Goes as far as the datagram at hand leads.
    void advance(base::Time now) {
        ERR_clear_error();
        if (state_ == State::handshaking) {
            int done = SSL_do_handshake(ssl_.get());
            if (done == 1)
                finish();
            else if (SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ)
                fail("the DTLS handshake failed");
        }
        // Also once connected: the peer may send its last flight again, or an alert.
        if (state_ == State::connected)
            read_alerts();
        set_deadline(now);
    }

    void finish() {
        if (SSL_get_selected_srtp_profile(ssl_.get()) == nullptr)
            fail("the DTLS peer knows no SRTP profile of ours");
        else
            state_ = State::connected;
    }

    void read_alerts() {
        std::array<std::uint8_t, 2048> application_data; // RFC 5764 has none: dropped
        int n = SSL_read(ssl_.get(), application_data.data(), application_data.size());
        if (n > 0)
            return;
        switch (SSL_get_error(ssl_.get(), n)) {
        case SSL_ERROR_ZERO_RETURN: state_ = State::closed; break;
        case SSL_ERROR_SSL: fail("the DTLS peer sent an alert"); break;
        default: break;
        }
    }

    void fail(const char *reason) {
        state_ = State::failed;
        failure_ = reason;
        deadline_ = base::never;
    }

    void set_deadline(base::Time now) {
        timeval left{};
        bool running = (state_ == State::handshaking || state_ == State::connected) &&
                       DTLSv1_get_timeout(ssl_.get(), &left) == 1;
        deadline_ = running
                        ? now + std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec)
                        : base::never;
    }

    [[nodiscard]] SrtpKeys export_keys(Suite suite) const {
        const std::size_t key = srtp::facts(suite).key_size;
        const std::size_t salt = srtp::facts(suite).salt_size;
        crypto::Secret<92> exported;
        // RFC 5764 section 4.2: client_write_SRTP_master_key, server_write_SRTP_master_key, then the salts
        // alike.
        constexpr std::string_view label = "EXTRACTOR-dtls_srtp";
        CORD_ASSERT(SSL_export_keying_material(ssl_.get(), exported.edit().data(), 2 * (key + salt),
                                               label.data(), label.size(), nullptr, 0, 0) == 1);
        auto master = [&](std::size_t side) {
            crypto::Secret<46> both;
            base::Bytes all = exported.view();
            std::copy_n(all.begin() + side * key, key, both.edit().begin());
            std::copy_n(all.begin() + 2 * key + side * salt, salt, both.edit().begin() + key);
            return MasterKey(suite, both.view().first(key + salt));
        };
        return role_ == Role::client ? SrtpKeys{master(0), master(1)} : SrtpKeys{master(1), master(0)};
    }

    Datagrams ends_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
    Role role_;
    State state_ = State::handshaking;
    const char *failure_ = "";
    base::Time deadline_ = base::never;
};

} // namespace

OpenSslFactory::OpenSslFactory(const crypto::Certificate &certificate)
    : context_(SSL_CTX_new(DTLS_method()), SSL_CTX_free), fingerprint_{"sha-256", certificate.fingerprint()} {
    SSL_CTX *context = context_.get();
    // RFC 8827 section 6.5: implementations MUST NOT negotiate below DTLS 1.2.
    bool ok = context != nullptr && SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
              SSL_CTX_set_cipher_list(context, ciphers) == 1 &&
              SSL_CTX_use_certificate(context, certificate.leaf()) == 1 &&
              SSL_CTX_use_PrivateKey(context, certificate.key()) == 1 &&
              SSL_CTX_set_tlsext_use_srtp(context, profile_names) == 0; // 0 is success
    CORD_ASSERT(ok);
    SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any_certificate);
}

std::unique_ptr<Handshaker> OpenSslFactory::make(Role role) {
    return std::make_unique<OpenSsl>(context_.get(), role);
}

} // namespace cord::engine::dtls
