// SRTP and SRTCP (RFC 3711, 7714) for one direction of one session: the seam behind which the cryptography
// lives.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "engine/srtp/suite.hpp"

namespace cord::engine::srtp {

/// A packet in a buffer that has `max_growth` bytes of room behind it.
struct Packet {
    std::uint8_t *data = nullptr;
    std::size_t size = 0;

    [[nodiscard]] base::MutableBytes bytes() const { return {data, size}; }
};

/// What protection adds at most: tag and SRTCP index.
inline constexpr std::size_t max_growth = 20;

enum class Fault : std::uint8_t {
    none,
    malformed,
    forged,   ///< the tag is wrong
    replayed, ///< seen before, or older than the window tells
    too_many, ///< more sources than one session may have
};

enum class Direction : std::uint8_t { outbound, inbound };

/// All packets of one direction. Sources (SSRCs) are learned as they come; those of a sender only after its
/// tag held. Nothing is allocated but at the first packet of a source.
class Context {
  public:
    Context(const MasterKey &key, Direction direction);
    ~Context();
    Context(Context &&) noexcept;
    Context &operator=(Context &&) noexcept;

    [[nodiscard]] Fault protect_rtp(Packet &packet);
    [[nodiscard]] Fault protect_rtcp(Packet &packet);
    [[nodiscard]] Fault unprotect_rtp(Packet &packet);
    [[nodiscard]] Fault unprotect_rtcp(Packet &packet);

  private:
    class State;
    std::unique_ptr<State> state_;
};

} // namespace cord::engine::srtp
