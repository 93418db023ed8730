// RTP and RTCP given to the calls they belong to: by the addresses in session descriptions, the latest
// holding.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/trace/call.hpp"
#include "engine/trace/packet.hpp"

namespace cord::engine::trace {

struct MediaHit {
    std::shared_ptr<const Call> call;
    std::size_t stream = 0;                ///< Its place in the call's streams.
    std::shared_ptr<const MediaLine> line; ///< Which session description it was found by.
    bool rtcp = false;
};

class MediaTracker {
  public:
    /// Takes a message that may have a session description. It is read when the first media come: a trace
    /// without media has no use for it.
    void learn(const std::shared_ptr<Call> &call, const Entry &entry, const wire::sip::Message &sip);
    [[nodiscard]] std::optional<MediaHit> add(const Datagram &datagram);

  private:
    struct Described {
        std::weak_ptr<Call> call;
        std::uint64_t n; // of the message
    };
    struct Target {
        std::weak_ptr<Call> call;
        std::shared_ptr<const MediaLine> line;
    };

    void read(const Described &described);
    void point(const base::Endpoint &at, const Target &target);
    [[nodiscard]] const Target *find(const Datagram &datagram) const;
    [[nodiscard]] std::optional<MediaHit> rtp(const Target &target, const std::shared_ptr<Call> &call,
                                              const Datagram &datagram);
    [[nodiscard]] std::optional<MediaHit> rtcp(const Target &target, const std::shared_ptr<Call> &call,
                                               const Datagram &datagram);

    std::deque<Described> unread_;
    std::unordered_map<base::Endpoint, Target, base::EndpointHash> targets_;
};

} // namespace cord::engine::trace
