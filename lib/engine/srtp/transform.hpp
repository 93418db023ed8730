// The cryptography of one packet under one session key, for RTP or for RTCP: which index it has is decided
// elsewhere.
#pragma once

#include <array>
#include <memory>

#include "engine/srtp/context.hpp"
#include "engine/srtp/session_keys.hpp"

struct evp_cipher_ctx_st;

namespace cord::engine::srtp {

/// A packet on its way through a transform.
struct Job {
    std::uint8_t *data = nullptr;
    std::size_t size = 0;  ///< grows and shrinks by the tag, and for RTCP by the index
    std::size_t clear = 0; ///< bytes in front that are authenticated and not encrypted
    std::uint32_t ssrc = 0;
    std::uint64_t index = 0;
};

/// The E bit of SRTCP's index word (RFC 3711 section 3.4).
inline constexpr std::uint32_t encrypted_bit = 0x80000000;

class Transform {
  public:
    virtual ~Transform() = default;
    virtual void seal_rtp(Job &job) = 0;
    virtual void seal_rtcp(Job &job) = 0;
    /// False when the tag is wrong; the packet is of no use then.
    [[nodiscard]] virtual bool open_rtp(Job &job) = 0;
    /// `word` is the E bit and the index as they came.
    [[nodiscard]] virtual bool open_rtcp(Job &job, std::uint32_t word) = 0;
    /// Where the index word of a protected RTCP packet of this size stands.
    [[nodiscard]] virtual std::size_t index_word_at(std::size_t size) const = 0;
};

/// For all packets of one kind and direction. `tag` is its size for this kind.
[[nodiscard]] std::unique_ptr<Transform> make_counter_mode(const SuiteFacts &suite, const SessionKeys &keys,
                                                           std::size_t tag);
[[nodiscard]] std::unique_ptr<Transform> make_gcm(const SuiteFacts &suite, const SessionKeys &keys,
                                                  Direction direction);

struct CipherFree {
    void operator()(evp_cipher_ctx_st *context) const;
};
using CipherContext = std::unique_ptr<evp_cipher_ctx_st, CipherFree>;

} // namespace cord::engine::srtp
