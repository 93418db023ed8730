#include "engine/media/peer_address.hpp"

namespace cord::engine::media {
namespace {

/// An address that a NAT may hide: nobody can say from it where packets will come from.
bool is_private(const base::IpAddress &ip) {
    const auto &b = ip.bytes;
    if (ip.v6)
        return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80); // RFC 4193, link-local
    return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
           (b[0] == 169 && b[1] == 254) || (b[0] == 100 && (b[1] & 0xc0) == 64); // RFC 1918, 3927, 6598
}

} // namespace

void PeerAddress::plan(const std::optional<base::Endpoint> &described) {
    if (described == described_)
        return;
    described_ = described;
    learned_.reset();
}

bool PeerAddress::may_be(const base::Endpoint &from) const {
    if (from == learned_ || from == described_)
        return true;
    if (learned_)
        return false;
    // Before the first packet a NAT may have changed the port, and an address that is not the Internet's.
    return !described_ || described_->ip.is_any() || described_->ip == from.ip || is_private(described_->ip);
}

void PeerAddress::learn(const base::Endpoint &from) {
    // The described address wins over a stranger that came first.
    if (!learned_ || from == described_)
        learned_ = from;
}

} // namespace cord::engine::media
