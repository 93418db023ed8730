// Where a peer without ICE is: what its description says, corrected once by where its packets come from
// (symmetric RTP, RFC 4961), so that no one else can take its place later.
#pragma once

#include <optional>

#include "base/address.hpp"

namespace cord::engine::media {

class PeerAddress {
  public:
    /// From the description. A changed address may be corrected anew.
    void plan(const std::optional<base::Endpoint> &described);

    /// Whether a packet from there can be the peer's.
    [[nodiscard]] bool may_be(const base::Endpoint &from) const;
    /// A packet from there was the peer's (with SRTP: its tag held).
    void learn(const base::Endpoint &from);

    /// Where to send.
    [[nodiscard]] const std::optional<base::Endpoint> &remote() const {
        return learned_ ? learned_ : described_;
    }

  private:
    std::optional<base::Endpoint> described_;
    std::optional<base::Endpoint> learned_;
};

} // namespace cord::engine::media
