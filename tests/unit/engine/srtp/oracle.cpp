#include "oracle.hpp"

#include <srtp2/srtp.h>

namespace cord::engine::srtp {
namespace {

/// libwebrtc's: retransmissions of video come late.
constexpr unsigned long replay_window = 1024;

using SetPolicy = void (*)(srtp_crypto_policy_t *);

struct Policies {
    SetPolicy rtp;
    SetPolicy rtcp;
};

Policies policies(Suite suite) {
    switch (suite) {
    case Suite::aead_aes_256_gcm:
        return {srtp_crypto_policy_set_aes_gcm_256_16_auth, srtp_crypto_policy_set_aes_gcm_256_16_auth};
    case Suite::aead_aes_128_gcm:
        return {srtp_crypto_policy_set_aes_gcm_128_16_auth, srtp_crypto_policy_set_aes_gcm_128_16_auth};
    case Suite::aes_256_cm_hmac_sha1_80:
        return {srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80,
                srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80};
    case Suite::aes_256_cm_hmac_sha1_32:
        return {srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32,
                srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80};
    case Suite::aes_cm_128_hmac_sha1_80:
        return {srtp_crypto_policy_set_rtp_default, srtp_crypto_policy_set_rtcp_default};
    // RFC 4568 section 6.2.2: AES_CM_128_HMAC_SHA1_32 has an SRTCP tag of 80 bits all the same.
    case Suite::aes_cm_128_hmac_sha1_32:
        return {srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32, srtp_crypto_policy_set_rtcp_default};
    }
    base::bug("suite", __FILE__, __LINE__);
}

Fault fault_of(srtp_err_status_t status) {
    switch (status) {
    case srtp_err_status_ok: return Fault::none;
    case srtp_err_status_auth_fail:
    case srtp_err_status_cipher_fail: return Fault::forged;
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
    case srtp_err_status_pkt_idx_old: return Fault::replayed;
    default: return Fault::malformed;
    }
}

} // namespace

class Oracle::Session {
  public:
    Session(const MasterKey &key, Direction direction) {
        static const bool started = srtp_init() == srtp_err_status_ok;
        CORD_ASSERT(started);
        crypto::Secret<46> copy; // libsrtp takes a pointer to non-const
        std::copy(key.both().begin(), key.both().end(), copy.edit().begin());
        srtp_policy_t policy{};
        policies(key.suite()).rtp(&policy.rtp);
        policies(key.suite()).rtcp(&policy.rtcp);
        policy.ssrc.type = direction == Direction::outbound ? ssrc_any_outbound : ssrc_any_inbound;
        policy.key = copy.edit().data();
        policy.window_size = replay_window;
        CORD_ASSERT(srtp_create(&session_, &policy) == srtp_err_status_ok);
    }
    ~Session() { srtp_dealloc(session_); }
    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;

    template <class Function>
    Fault apply(Function function, Packet &packet) {
        int size = static_cast<int>(packet.size);
        Fault fault = fault_of(function(session_, packet.data, &size));
        if (fault == Fault::none)
            packet.size = static_cast<std::size_t>(size);
        return fault;
    }

  private:
    srtp_t session_ = nullptr;
};

Oracle::Oracle(const MasterKey &key, Direction direction)
    : session_(std::make_unique<Session>(key, direction)) {}
Oracle::~Oracle() = default;

Fault Oracle::protect_rtp(Packet &packet) { return session_->apply(srtp_protect, packet); }
Fault Oracle::protect_rtcp(Packet &packet) { return session_->apply(srtp_protect_rtcp, packet); }
Fault Oracle::unprotect_rtp(Packet &packet) { return session_->apply(srtp_unprotect, packet); }
Fault Oracle::unprotect_rtcp(Packet &packet) { return session_->apply(srtp_unprotect_rtcp, packet); }

} // namespace cord::engine::srtp
