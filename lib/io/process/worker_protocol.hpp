// What rtc-breaker and `mediacodec worker` say to each other: one message a SOCK_SEQPACKET record, as
// cordboard-worker(5) describes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "wire/rtp/codec_spec.hpp"
#include "wire/rtp/sequence.hpp"

namespace cord::io::process {

/// The longest record: a datagram and the few octets before it.
inline constexpr std::size_t max_worker_record = 65'536 + 16;

using wire::rtp::StreamStart;

namespace worker {

/// To the worker: packets of the payload types in `from` will come, make those of `to` of them. Opening an id
/// that is open begins it anew.
struct Open {
    std::uint32_t id = 0;
    StreamStart start;
    wire::rtp::PayloadMap from;
    wire::rtp::PayloadMap to;
};
/// Both ways: one RTP packet; to the worker also an RTCP report of who receives what it makes, and from it
/// RTCP for the stream of the other direction. A view into the record.
struct Packet {
    std::uint32_t id = 0;
    base::Bytes rtp;
};
/// To the worker: the stream has ended.
struct Close {
    std::uint32_t id = 0;
};
/// From the worker: an Open could not be followed; the stream is not open.
struct Refused {
    std::uint32_t id = 0;
    std::string_view reason;
};

using Message = std::variant<Open, Packet, Close, Refused>;

[[nodiscard]] std::vector<std::uint8_t> encode(const Message &message);
/// What stands before the RTP packet in its record.
[[nodiscard]] std::array<std::uint8_t, 5> packet_head(std::uint32_t id);
/// Nothing for a record that is no message.
[[nodiscard]] std::optional<Message> decode(base::Bytes record);

} // namespace worker
} // namespace cord::io::process
