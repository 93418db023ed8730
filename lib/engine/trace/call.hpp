// Everything of one Call-ID: its messages in order, what became of it, and the media that belong to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/trace/entry.hpp"
#include "engine/trace/packet.hpp"
#include "engine/trace/session.hpp"
#include "wire/rtp/codec_spec.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::trace {

/// RTP of one source on one way.
struct MediaStream {
    base::Endpoint src;
    base::Endpoint dst;
    std::uint32_t ssrc = 0;
    std::string kind;
    wire::rtp::PayloadMap codecs; ///< As the session description of the receiver has them.
    bool encrypted = false;
    std::vector<std::uint8_t> payload_types; ///< Seen, in order.
    std::uint64_t packets = 0;
    std::uint64_t rtcp_packets = 0;
    std::uint64_t bytes = 0;
    Stamp first{};
    Stamp last{};
    std::string digits; ///< Of telephone-events, as dialled.

    /// Of the payload type seen first that is no telephone-event: "opus/48000/2", "PT 96" when nothing names
    /// it.
    [[nodiscard]] std::string codec() const;

  private:
    friend class MediaTracker;
    std::optional<std::uint32_t> event_at_; // RTP timestamp of the event that was counted last
};

class Call {
  public:
    /// What the requests of this Call-ID are about.
    enum class Kind : std::uint8_t { call, registration, other };

    explicit Call(std::string call_id) : call_id_(std::move(call_id)) {}

    /// Takes the next message, with what was read of it; gives its place.
    const Entry &add(Entry entry, const wire::sip::Message &sip);
    /// The message with this number; nothing when it was dropped.
    [[nodiscard]] const Entry *find(std::uint64_t n) const;

    [[nodiscard]] const std::string &call_id() const { return call_id_; }
    /// Among calls, from 1; 0 for what is no call.
    std::uint32_t number = 0;
    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] const std::string &from() const { return from_; } ///< user@host
    [[nodiscard]] const std::string &to() const { return to_; }
    [[nodiscard]] const std::string &method() const { return method_; } ///< Of the first request.
    /// "calling", "ringing", "in-call", "completed", "cancelled", "busy", "no-answer", "rejected",
    /// "diverted", "failed" of calls; "registered", "unregistered" of registrations; "pending", "challenged",
    /// "done", "failed" of any.
    [[nodiscard]] std::string_view state() const;
    /// Of the last final response to what the caller asked; 0 while there is none.
    [[nodiscard]] std::uint16_t code() const { return code_; }
    [[nodiscard]] Stamp start() const { return start_; }
    [[nodiscard]] Stamp last() const { return last_; }
    /// From the first INVITE to the answer.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> setup() const;
    /// From the answer to the end, or to the last thing seen.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> duration() const;
    /// Pairs of hosts that messages of this Call-ID went between.
    [[nodiscard]] std::size_t legs() const { return legs_.size(); }
    [[nodiscard]] const std::vector<Entry> &messages() const { return messages_; }
    /// Messages dropped because there were too many.
    [[nodiscard]] std::size_t dropped() const { return dropped_; }
    [[nodiscard]] std::vector<MediaStream> &streams() { return streams_; }
    [[nodiscard]] const std::vector<MediaStream> &streams() const { return streams_; }
    /// Bytes of memory that it takes, about.
    [[nodiscard]] std::size_t cost() const { return cost_; }

  private:
    enum class State : std::uint8_t { pending, ringing, answered, completed, cancelled, final };

    void classify(const Entry &entry);
    void request(const Entry &entry, const wire::sip::Message &sip);
    void response(const Entry &entry, const wire::sip::Message &sip);
    void mark_repeat(Entry &entry) const;
    void note_leg(const Entry &entry);
    void drop_oldest();

    std::string call_id_;
    Kind kind_ = Kind::other;
    std::string from_;
    std::string to_;
    std::string method_;
    State state_ = State::pending;
    std::uint16_t code_ = 0;
    bool leaving_ = false; // a REGISTER that takes bindings away
    std::string branch_;   // of the request that decides, on the leg it was first seen on
    base::Endpoint first_src_;
    Stamp start_{};
    Stamp last_{};
    std::optional<Stamp> answered_;
    std::optional<Stamp> ended_;
    std::vector<std::pair<base::Endpoint, base::Endpoint>> legs_;
    std::vector<Entry> messages_;
    std::size_t dropped_ = 0;
    std::size_t cost_ = 512; // of the object, its strings and its place in tables
    std::vector<MediaStream> streams_;
};

} // namespace cord::engine::trace
