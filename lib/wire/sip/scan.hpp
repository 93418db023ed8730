// One pass over a message's head, yielding offsets. Datagrams, streams and traces are all read by it, so two
// readers of the same bytes never disagree.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "wire/sip/header_id.hpp"
#include "wire/sip/method.hpp"

namespace cord::wire::sip {

/// What is wrong with a message, and the status code that says so to a request's sender.
struct Fault {
    base::Error error;
    std::uint16_t code = 400;
};

/// One header field: offsets into the message. Continuation lines (RFC 3261 section 7.3.1) belong to it.
/// Without initializers: a Scan has room for many of which few are used.
struct Line {
    std::uint16_t begin;    ///< Of the name.
    std::uint16_t name_end; ///< Past the name.
    std::uint16_t value;    ///< Of the value, blanks before it left out.
    std::uint16_t value_end;
    std::uint16_t end;  ///< Past the line end: where the next field begins.
    std::uint16_t next; ///< The next line with this id, or Head::none.
    HeaderId id;
};
static_assert(base::limits::sip_message <= UINT16_MAX, "offsets are 16 bits wide");

/// What the pass found. Plain data: a Message keeps a copy of it beside the bytes.
struct Head {
    static constexpr std::uint16_t none = UINT16_MAX;

    std::uint16_t start_end = 0;  ///< Past the start line, its line end left out.
    std::uint16_t size = 0;       ///< Of start line, fields and the empty line.
    std::uint16_t fields_end = 0; ///< Where the empty line begins.
    bool complete = false;        ///< The empty line was there.
    bool request = false;
    Method method = Method::other;
    std::uint16_t status = 0; ///< 0 for a request.
    // The three parts of the start line: method, URI, version; or version, code, reason.
    std::array<std::uint16_t, 3> part{};
    std::array<std::uint16_t, 3> part_end{};
    std::uint16_t lines = 0;
    std::array<std::uint16_t, header_ids> first; ///< The first line with each id, or none.
    std::optional<std::uint32_t> content_length; ///< When it is there once and a number.
    bool framed = true;                          ///< Content-Length says where the body ends, or is absent.
    std::optional<Fault> fault;                  ///< The first one met.
};

struct Scan {
    Head head;
    std::array<Line, base::limits::sip_headers> lines;
};

/// How many bytes of line ends precede the start line. RFC 3261 section 7.5: "Implementations processing SIP
/// messages over stream-oriented transports MUST ignore any CRLF appearing before the start-line."
[[nodiscard]] std::size_t leading_line_ends(std::string_view bytes);

/// Where the head that begins at 0 ends, past its empty line; npos while it has not come. `from` tells how
/// much was searched in vain before.
[[nodiscard]] std::size_t find_head_end(std::string_view bytes, std::size_t from = 0);

/// Reads a head of at most limits::sip_message bytes. Fails only where no start line of SIP is found, so that
/// nothing could be answered; all else that is wrong is left in Head::fault.
[[nodiscard]] base::Result<void> scan(std::string_view bytes, Scan &out);

} // namespace cord::wire::sip
