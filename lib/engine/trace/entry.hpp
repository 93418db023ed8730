// One SIP message of a trace: where and when it was seen, and its bytes with as much of an index as lists
// need. What else is in it is read again when it is wanted: a trace holds millions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/trace/kept_text.hpp"
#include "engine/trace/packet.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::trace {

/// Whether a message was seen before.
enum class Repeat : std::uint8_t {
    no,
    retransmission,
    duplicate, ///< So soon after the first that the capture holds the packet twice.
};

/// A message as the capture has it: line ends before it dropped; its body as long as it came, even where
/// Content-Length says otherwise, so that what is wrong with it can be seen. Nothing when it is no SIP.
[[nodiscard]] std::optional<wire::sip::Message> read_message(std::string_view raw);

class Entry {
  public:
    /// `sip` is what read_message made of the record.
    Entry(std::uint64_t n, const SipRecord &record, const wire::sip::Message &sip);

    std::uint64_t n; ///< Its number among all messages of the trace, from 1.
    Stamp at;
    base::Endpoint src;
    base::Endpoint dst;
    std::uint64_t fingerprint; ///< Of way and bytes.
    Transport transport;
    Repeat repeat = Repeat::no;

    [[nodiscard]] std::string_view bytes() const { return text_.view(); }
    [[nodiscard]] std::string_view start_line() const { return bytes().substr(0, start_end_); }
    [[nodiscard]] bool is_request() const { return status_ == 0; }
    /// Of a response, else 0.
    [[nodiscard]] std::uint16_t status() const { return status_; }
    /// The method; of a response, that of its request.
    [[nodiscard]] std::string_view method() const { return bytes().substr(method_, method_size_); }
    /// Read again.
    [[nodiscard]] wire::sip::Message sip() const;
    /// Bytes of memory that it takes.
    [[nodiscard]] std::size_t cost() const { return sizeof(Entry) + text_.owned(); }

  private:
    KeptText text_;
    std::uint16_t start_end_ = 0;
    std::uint16_t status_ = 0;
    std::uint16_t method_ = 0;
    std::uint16_t method_size_ = 0;
};

} // namespace cord::engine::trace
