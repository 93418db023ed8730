#include "wire/rtp/stream.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cord::wire::rtp {

namespace {

constexpr std::string_view rtpdump_opening = "#!rtpplay1.0";
constexpr std::string_view announcement_opening = "#!rtp ";
constexpr std::size_t rtpdump_header_size = 16;
constexpr std::size_t record_header_size = 8;

/// Whether `bytes`, as far as they go, could be the beginning of `opening`.
bool may_begin(base::Bytes bytes, std::string_view opening) {
    std::size_t n = std::min(bytes.size(), opening.size());
    return base::as_text(bytes.first(n)) == opening.substr(0, n);
}

bool begins(base::Bytes bytes, std::string_view opening) {
    return bytes.size() >= opening.size() && may_begin(bytes, opening);
}

} // namespace

void StreamReader::feed(base::Bytes bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    consumed_ += at_;
    at_ = 0;
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

base::Result<std::optional<StreamItem>> StreamReader::next() {
    if (state_ == State::first_line) {
        auto ready = read_opening();
        if (!ready)
            return tl::unexpected(ready.error());
        if (!*ready)
            return std::nullopt;
        state_ = State::records;
    }
    return *format_ == Format::rtpdump ? next_record() : next_frame();
}

base::Result<std::optional<StreamItem>> StreamReader::wait(const char *unless_finished) {
    if (finished_ && !left().empty())
        return fail(unless_finished);
    return std::nullopt;
}

base::Result<bool> StreamReader::wait_line(const char *unless_finished) {
    if (left().size() > max_stream_line)
        return fail("the first line has no end");
    if (finished_)
        return fail(unless_finished);
    return false;
}

/// Tells the format and reads what comes before the packets; false while bytes are missing.
base::Result<bool> StreamReader::read_opening() {
    if (left().empty())
        return false;
    // "#!" would frame a packet of 8,993 bytes that begins with 'r': no RTP version 2, so nothing is
    // ambiguous.
    if (!finished_ && ((may_begin(left(), rtpdump_opening) && !begins(left(), rtpdump_opening)) ||
                       (may_begin(left(), announcement_opening) && !begins(left(), announcement_opening))))
        return false;
    if (!format_)
        format_ = begins(left(), rtpdump_opening) ? Format::rtpdump : Format::framed;
    if (*format_ == Format::rtpdump)
        return read_rtpdump_header();
    return begins(left(), announcement_opening) ? read_announcement() : base::Result<bool>(true);
}

base::Result<bool> StreamReader::read_announcement() {
    std::string_view text = base::as_text(left());
    std::size_t end = text.find('\n');
    if (end == text.npos)
        return wait_line("the #!rtp line has no end");
    text = text.substr(0, end);
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    auto map = parse_payload_map(text.substr(announcement_opening.size()));
    if (!map)
        return base::fail(map.error().reason, announcement_opening.size() + map.error().at);
    announced_ = std::move(*map);
    at_ += end + 1;
    return true;
}

base::Result<bool> StreamReader::read_rtpdump_header() {
    std::string_view text = base::as_text(left());
    if (finished_ && !text.starts_with(rtpdump_opening))
        return fail("no rtpdump: it does not begin with #!rtpplay1.0");
    std::size_t end = text.find('\n');
    if (end == text.npos)
        return wait_line("the #!rtpplay1.0 line has no end");
    if (!text.starts_with(rtpdump_opening))
        return fail("no rtpdump: it does not begin with #!rtpplay1.0");
    if (text.size() < end + 1 + rtpdump_header_size)
        return finished_ ? base::Result<bool>(fail("the rtpdump header ends early")) : false;
    at_ += end + 1 + rtpdump_header_size;
    return true;
}

base::Result<std::optional<StreamItem>> StreamReader::next_frame() {
    // RFC 4571 section 2: "Zero is a valid value for LENGTH, and it codes the null packet."
    while (left().size() >= 2 && base::load16(left().data()) == 0)
        at_ += 2;
    if (left().size() < 2)
        return wait("the last frame ends early");
    std::size_t length = base::load16(left().data());
    if (left().size() < 2 + length)
        return wait("the last frame ends early");
    base::Bytes packet = left().subspan(2, length);
    at_ += 2 + length;
    return StreamItem{packet, kind_of(packet), {}};
}

base::Result<std::optional<StreamItem>> StreamReader::next_record() {
    if (left().size() < record_header_size)
        return wait("the last rtpdump record ends early");
    base::ByteReader r(left());
    std::size_t length = r.u16();
    r.skip(2); // the packet's length on the network; more than `length` holds when the recorder cut it
    std::chrono::milliseconds arrival{r.u32()};
    if (length < record_header_size)
        return fail("an rtpdump record is shorter than its header");
    if (left().size() < length)
        return wait("the last rtpdump record ends early");
    base::Bytes packet = left().subspan(record_header_size, length - record_header_size);
    at_ += length;
    return StreamItem{packet, kind_of(packet), arrival};
}

void append_announcement(std::vector<std::uint8_t> &out, const PayloadMap &map) {
    base::ByteWriter w(out);
    w.text(announcement_opening);
    w.text(payload_map_text(map));
    w.u8('\n');
}

void append_frame(std::vector<std::uint8_t> &out, base::Bytes packet) {
    CORD_ASSERT(packet.size() <= 0xffff);
    base::ByteWriter w(out);
    w.u16(static_cast<std::uint16_t>(packet.size()));
    w.bytes(packet);
}

void append_rtpdump_header(std::vector<std::uint8_t> &out, base::UnixTime start,
                           const base::Endpoint &source) {
    auto microseconds = static_cast<std::uint64_t>(start.time_since_epoch().count());
    base::ByteWriter w(out);
    w.text(fmt::format("{} {}/{}\n", rtpdump_opening, source.ip.text(), source.port));
    w.u32(static_cast<std::uint32_t>(microseconds / 1'000'000));
    w.u32(static_cast<std::uint32_t>(microseconds % 1'000'000));
    // The binary header has room for IPv4 alone; the line above holds the address of either family.
    if (!source.ip.v6)
        w.bytes(base::Bytes(source.ip.bytes).first(4));
    else
        w.u32(0);
    w.u16(source.port);
    w.u16(0);
}

void append_rtpdump_record(std::vector<std::uint8_t> &out, base::Bytes packet,
                           std::chrono::milliseconds since_start) {
    // A packet that the length field has no room for is cut, as recorders with a snap length do.
    base::Bytes kept = packet.first(std::min(packet.size(), 0xffff - record_header_size));
    base::ByteWriter w(out);
    w.u16(static_cast<std::uint16_t>(kept.size() + record_header_size));
    // "plen: actual header+payload length for RTP, 0 for RTCP".
    w.u16(kind_of(packet) == Kind::rtcp ? std::uint16_t{0} : static_cast<std::uint16_t>(packet.size()));
    w.u32(static_cast<std::uint32_t>(since_start.count()));
    w.bytes(kept);
}

} // namespace cord::wire::rtp
