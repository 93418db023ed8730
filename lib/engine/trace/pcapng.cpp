#include "engine/trace/pcapng.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace cord::engine::trace {
namespace {

using base::Bytes;
using base::fail;
using base::Result;

constexpr std::uint32_t byte_order_magic = 0x1A2B3C4D;
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t obsolete_packet_block = 2;
constexpr std::uint32_t simple_packet_block = 3;
constexpr std::uint32_t name_resolution_block = 4;
constexpr std::uint32_t interface_statistics_block = 5;
constexpr std::uint32_t enhanced_packet_block = 6;
constexpr std::uint32_t decryption_secrets_block = 10;
constexpr std::uint16_t opt_comment = 1;
constexpr std::uint16_t isb_ifdrop = 5;
constexpr std::uint16_t isb_osdrop = 7;
constexpr std::uint16_t nrb_record_end = 0;
constexpr std::uint16_t if_tsresol = 9;
constexpr std::uint16_t if_tsoffset = 14;

// The most significant bit tells whether the rest is a negative power of 2 or of 10. What cannot be counted
// in 64 bits is no clock.
std::uint64_t ticks_per_second(std::uint8_t resolution) {
    const unsigned exponent = resolution & 0x7F;
    if ((resolution & 0x80) != 0)
        return exponent < 64 ? std::uint64_t{1} << exponent : 0;
    if (exponent > 19)
        return 0;
    std::uint64_t ticks = 1;
    for (unsigned i = 0; i < exponent; ++i)
        ticks *= 10;
    return ticks;
}

Stamp stamp(std::uint64_t ticks, std::uint64_t per_second, std::int64_t offset_seconds) {
    const auto seconds = static_cast<std::int64_t>(ticks / per_second);
    std::uint64_t fraction = ticks % per_second;
    // Clocks finer than nanoseconds are halved until the product fits into 64 bits.
    constexpr std::uint64_t nano = 1'000'000'000;
    for (; per_second > nano; per_second /= 2)
        fraction /= 2;
    fraction = fraction * nano / per_second;
    // The years 1678 to 2261 fit into 64 bits of nanoseconds; a time beyond them is not one.
    constexpr std::int64_t far = 9'000'000'000;
    if (seconds > far || seconds < -far || offset_seconds > far || offset_seconds < -far ||
        seconds + offset_seconds > far || seconds + offset_seconds < -far)
        return {};
    return Stamp(std::chrono::seconds(seconds + offset_seconds) +
                 std::chrono::nanoseconds(static_cast<std::int64_t>(fraction)));
}

Result<Step> described(const Result<void> &read, std::size_t length) {
    return read.map([&] { return Step{length, {}}; });
}

Result<Step> captured(const Result<Packet> &read, std::size_t length) {
    return read.map([&](const Packet &p) { return Step{length, p}; });
}

} // namespace

Result<Step> PcapngReader::step(Bytes window) {
    if (window.size() < 12)
        return Step{};
    // A new section may have the other byte order: its header says which, before its length can be read.
    const bool new_section = base::load32(window.data()) == section_header;
    if (new_section)
        fields_ = Fields(base::load32(&window[8]) != byte_order_magic);
    else if (!started_)
        return fail("not a pcapng file");
    const std::uint32_t type = fields_.u32(&window[0]);
    const std::uint32_t length = fields_.u32(&window[4]);
    if (length < 12 || length % 4 != 0 || length > base::limits::trace_block)
        return fail("a block whose length makes no sense");
    if (window.size() < length)
        return Step{};
    const Bytes body = window.subspan(8, length - 12);
    switch (type) {
    case section_header: return described(section(body), length);
    case interface_description: return described(interface(body), length);
    case enhanced_packet_block: return captured(packet(body, true), length);
    case simple_packet_block: return captured(simple_packet(body), length);
    case obsolete_packet_block: return captured(packet(body, false), length);
    case interface_statistics_block: statistics(body); return Step{length, {}};
    case name_resolution_block: names(body); return Step{length, {}};
    case decryption_secrets_block: return Step{length, secrets(body)};
    default: // What is yet to be invented.
        return Step{length, {}};
    }
}

Result<void> PcapngReader::section(Bytes body) {
    if (body.size() < 16 || fields_.u32(body.data()) != byte_order_magic)
        return fail("a section header without its byte-order magic");
    if (fields_.u16(&body[4]) != 1)
        return fail("a pcapng version other than 1");
    // "Interfaces of a section are numbered from 0": those of the last one are gone.
    interfaces_.clear();
    started_ = true;
    ++facts_.sections;
    each_option(body.subspan(16), [](std::uint16_t, Bytes) {});
    return {};
}

Result<void> PcapngReader::interface(Bytes body) {
    if (body.size() < 8)
        return fail("an interface description that is too short");
    if (interfaces_.size() == base::limits::trace_interfaces)
        return fail("too many interfaces");
    Interface found{fields_.u16(&body[0]), fields_.u32(&body[4])};
    interface_options(body.subspan(8), found);
    ++facts_.interfaces;
    interfaces_.push_back(found);
    return {};
}

template <class Visit>
void PcapngReader::each_option(Bytes options, Visit visit) {
    while (options.size() >= 4) {
        const std::uint16_t code = fields_.u16(&options[0]);
        const std::size_t length = fields_.u16(&options[2]);
        if (code == 0 || length > options.size() - 4)
            return;
        if (code == opt_comment)
            ++facts_.comments;
        else
            visit(code, options.subspan(4, length));
        options = options.subspan(std::min(options.size(), 4 + (length + 3) / 4 * 4));
    }
}

void PcapngReader::interface_options(Bytes options, Interface &out) {
    each_option(options, [&](std::uint16_t code, Bytes value) {
        if (code == if_tsresol && !value.empty())
            out.ticks_per_second = ticks_per_second(value[0]);
        if (code == if_tsoffset && value.size() >= 8)
            out.offset_seconds = static_cast<std::int64_t>(fields_.u64(value.data()));
    });
}

// What an interface lost, told by itself and by the system.
void PcapngReader::statistics(Bytes body) {
    if (body.size() < 12)
        return;
    each_option(body.subspan(12), [&](std::uint16_t code, Bytes value) {
        if ((code == isb_ifdrop || code == isb_osdrop) && value.size() >= 8)
            facts_.dropped += fields_.u64(value.data());
    });
}

// A type, a length, and the secrets; those of TLS are lines of a key log.
Secrets PcapngReader::secrets(Bytes body) {
    constexpr std::uint32_t tls_key_log = 0x544C534B;
    ++facts_.secrets;
    if (body.size() < 8 || fields_.u32(&body[0]) != tls_key_log || fields_.u32(&body[4]) > body.size() - 8)
        return {};
    return {base::as_text(body.subspan(8, fields_.u32(&body[4])))};
}

void PcapngReader::names(Bytes records) {
    while (records.size() >= 4 && fields_.u16(&records[0]) != nrb_record_end) {
        ++facts_.names;
        const std::size_t length = fields_.u16(&records[2]);
        records = records.subspan(std::min(records.size(), 4 + (length + 3) / 4 * 4));
    }
}

// Both packet blocks have times, lengths and data at the same places. The obsolete one has two bytes of
// interface and two of a drop counter, where the enhanced one has four of interface.
Result<Packet> PcapngReader::packet(Bytes body, bool enhanced) {
    constexpr std::size_t header = 20;
    if (body.size() < header)
        return fail("a packet block that is too short");
    const std::size_t interface = enhanced ? fields_.u32(&body[0]) : fields_.u16(&body[0]);
    if (interface >= interfaces_.size())
        return fail("a packet of an interface that was not described");
    const Interface &from = interfaces_[interface];
    const std::uint64_t ticks = std::uint64_t{fields_.u32(&body[4])} << 32 | fields_.u32(&body[8]);
    const std::uint32_t captured = fields_.u32(&body[12]);
    if (captured > body.size() - header)
        return fail("a packet longer than its block");
    // Options follow the data, which are padded to a multiple of four.
    const std::size_t options = header + (captured + std::size_t{3}) / 4 * 4;
    if (options < body.size())
        each_option(body.subspan(options), [](std::uint16_t, Bytes) {});
    const Stamp at =
        from.ticks_per_second == 0 ? Stamp{} : stamp(ticks, from.ticks_per_second, from.offset_seconds);
    return Packet{at, from.link_type, body.subspan(header, captured), fields_.u32(&body[16])};
}

// No time, no interface but the first, and no captured length: that is the shorter of snap length and packet.
Result<Packet> PcapngReader::simple_packet(Bytes body) const {
    if (body.size() < 4)
        return fail("a packet block that is too short");
    if (interfaces_.empty())
        return fail("a packet of an interface that was not described");
    const std::uint32_t length = fields_.u32(&body[0]);
    std::size_t captured = std::min<std::size_t>(length, body.size() - 4);
    if (interfaces_[0].snap_length != 0)
        captured = std::min<std::size_t>(captured, interfaces_[0].snap_length);
    return Packet{{}, interfaces_[0].link_type, body.subspan(4, captured), length};
}

} // namespace cord::engine::trace
