// The keys that packets are protected with, derived from the master key (RFC 3711 section 4.3, RFC 6188, RFC
// 7714 section 11), with a key derivation rate of zero.
#pragma once

#include "crypto/secret.hpp"
#include "engine/srtp/suite.hpp"

namespace cord::engine::srtp {

struct SessionKeys {
    crypto::Secret<32> cipher; ///< as long as the suite's key
    crypto::Secret<14> salt;   ///< as long as the suite's salt
    crypto::Secret<20> authentication;
};

struct BothSessionKeys {
    SessionKeys rtp;
    SessionKeys rtcp;
};

[[nodiscard]] BothSessionKeys derive(const MasterKey &master);

} // namespace cord::engine::srtp
