// The calls of a trace, found by Call-ID, with their media found by what their session descriptions say.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.hpp"
#include "engine/trace/call.hpp"
#include "engine/trace/media.hpp"
#include "engine/trace/packet.hpp"

namespace cord::engine::trace {

class Calls {
  public:
    /// Takes about so many bytes of memory: the calls begun first are forgotten when there are more.
    explicit Calls(std::size_t keep = base::limits::trace_bytes) : keep_(keep) {}

    struct Added {
        Call *call;
        const Entry *entry;
    };
    /// Copies what does not last. Nothing when it turns out not to be SIP. Valid until the next call.
    [[nodiscard]] std::optional<Added> add(const SipRecord &record);
    /// Nothing when the datagram belongs to no call's media.
    [[nodiscard]] std::optional<MediaHit> add(const Datagram &datagram);

    /// In the order of their first message, those forgotten left out.
    [[nodiscard]] std::vector<const Call *> all() const;
    /// Calls in the order of their number, then everything else.
    [[nodiscard]] std::vector<const Call *> listed() const;
    [[nodiscard]] std::size_t forgotten() const { return forgotten_; }
    [[nodiscard]] std::uint64_t messages() const { return messages_; }

  private:
    [[nodiscard]] const std::shared_ptr<Call> &call(std::string_view call_id);
    void forget_oldest(const Call &but);

    std::size_t keep_;
    std::size_t kept_ = 0;
    std::deque<std::shared_ptr<Call>> calls_;
    std::unordered_map<std::string_view, std::shared_ptr<Call>> by_call_id_; // keys are the calls' own
    std::uint32_t numbered_ = 0;
    std::uint64_t messages_ = 0;
    std::size_t forgotten_ = 0;
    MediaTracker media_;
};

} // namespace cord::engine::trace
