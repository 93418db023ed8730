#include "wire/rtp/rtcp.hpp"

#include "wire/rtp/packet.hpp"

namespace cord::wire::rtp {

static std::size_t part_size(base::Bytes at) {
    // RFC 3550 section 6.4.1: "The length of this RTCP packet in 32-bit words minus one".
    return 4 * (std::size_t{base::load16(at.data() + 2)} + 1);
}

base::Result<RtcpCompound> RtcpCompound::parse(base::Bytes bytes) {
    if (kind_of(bytes) != Kind::rtcp)
        return base::fail("not RTCP");
    // RFC 5506 allows a compound that begins with feedback, so the first type is not judged here.
    for (std::size_t at = 0; at < bytes.size();) {
        base::Bytes left = bytes.subspan(at);
        if (left.size() < 4)
            return base::fail("an RTCP header ends early", at);
        if (left[0] >> 6 != 2)
            return base::fail("not RTCP version 2", at);
        std::size_t size = part_size(left);
        if (size > left.size())
            return base::fail("an RTCP packet is longer than its compound", at + 2);
        if ((left[0] & 0x20) != 0) {
            // Section 6.4.1: "padding is only required on one individual packet", the last.
            if (size != left.size())
                return base::fail("RTCP padding before the last packet", at);
            if (left.back() == 0 || left.back() > size - 4)
                return base::fail("the RTCP padding is longer than its packet", bytes.size() - 1);
        }
        at += size;
    }
    return RtcpCompound(bytes);
}

RtcpPart RtcpCompound::Iterator::operator*() const {
    base::Bytes bytes = left_.first(part_size(left_));
    std::size_t padding = (bytes[0] & 0x20) != 0 ? bytes.back() : 0;
    return {static_cast<RtcpType>(bytes[1]), static_cast<std::uint8_t>(bytes[0] & 0x1f),
            bytes.subspan(4, bytes.size() - 4 - padding), bytes};
}

RtcpCompound::Iterator &RtcpCompound::Iterator::operator++() {
    left_ = left_.subspan(part_size(left_));
    return *this;
}

static std::optional<std::uint32_t> word(const RtcpPart &part, std::size_t n) {
    if (part.body.size() < 4 * n + 4)
        return {};
    return base::load32(part.body.data() + 4 * n);
}

std::optional<std::uint32_t> sender_of(const RtcpPart &part) {
    if (part.type == RtcpType::bye && part.count == 0)
        return {};
    return word(part, 0);
}

std::optional<SenderInfo> sender_info(const RtcpPart &part) {
    if (part.type != RtcpType::sender_report)
        return {};
    base::ByteReader r(part.body);
    SenderInfo info{r.u32(), r.u64(), r.u32(), r.u32(), r.u32()};
    return r.ok() ? std::optional(info) : std::nullopt;
}

std::vector<ReportBlock> report_blocks(const RtcpPart &part) {
    std::vector<ReportBlock> blocks;
    if (part.type != RtcpType::sender_report && part.type != RtcpType::receiver_report)
        return blocks;
    base::ByteReader r(part.body);
    r.skip(part.type == RtcpType::sender_report ? 24 : 4);
    for (int n = 0; n < part.count; ++n) {
        ReportBlock b;
        b.ssrc = r.u32();
        b.fraction_lost = r.u8();
        b.cumulative_lost = static_cast<std::int32_t>(r.u24() << 8) >> 8;
        b.highest_sequence = r.u32();
        b.jitter = r.u32();
        b.last_sr = r.u32();
        b.delay_since_last_sr = r.u32();
        if (!r.ok())
            break;
        blocks.push_back(b);
    }
    return blocks;
}

std::optional<std::string_view> cname(const RtcpPart &part) {
    if (part.type != RtcpType::source_description || part.count == 0)
        return {};
    base::ByteReader r(part.body);
    r.skip(4);
    // RFC 3550 section 6.5: items follow each other until a zero octet.
    while (r.left() > 0) {
        std::uint8_t item = r.u8();
        if (item == 0)
            return {};
        base::Bytes text = r.take(r.u8());
        if (item == 1 && r.ok())
            return base::as_text(text);
    }
    return {};
}

std::vector<std::uint32_t> bye_sources(const RtcpPart &part) {
    std::vector<std::uint32_t> ssrcs;
    if (part.type == RtcpType::bye)
        for (std::size_t n = 0; n < part.count; ++n)
            if (auto ssrc = word(part, n))
                ssrcs.push_back(*ssrc);
    return ssrcs;
}

std::string_view bye_reason(const RtcpPart &part) {
    if (part.type != RtcpType::bye)
        return {};
    base::ByteReader r(part.body);
    r.skip(4 * std::size_t{part.count});
    std::uint8_t length = r.u8();
    return base::as_text(r.take(length));
}

std::optional<std::uint32_t> media_source(const RtcpPart &part) {
    if (part.type != RtcpType::transport_feedback && part.type != RtcpType::payload_feedback)
        return {};
    return word(part, 1);
}

static bool is_feedback(const RtcpPart &part, RtcpType type, std::uint8_t fmt) {
    return part.type == type && part.count == fmt && part.body.size() >= 8;
}
bool is_nack(const RtcpPart &part) { return is_feedback(part, RtcpType::transport_feedback, fmt_nack); }
bool is_pli(const RtcpPart &part) { return is_feedback(part, RtcpType::payload_feedback, fmt_pli); }
bool is_fir(const RtcpPart &part) { return is_feedback(part, RtcpType::payload_feedback, fmt_fir); }
bool is_remb(const RtcpPart &part) {
    return is_feedback(part, RtcpType::payload_feedback, fmt_application) && part.body.size() >= 16 &&
           base::as_text(part.body.subspan(8, 4)) == "REMB";
}

std::vector<std::uint16_t> nack_sequences(const RtcpPart &part) {
    std::vector<std::uint16_t> sequences;
    if (!is_nack(part))
        return sequences;
    base::ByteReader r(part.body.subspan(8));
    while (r.left() >= 4) {
        std::uint16_t first = r.u16();
        std::uint16_t mask = r.u16();
        sequences.push_back(first);
        for (std::uint16_t bit = 0; bit < 16; ++bit)
            if ((mask >> bit & 1) != 0)
                sequences.push_back(static_cast<std::uint16_t>(first + bit + 1));
    }
    return sequences;
}

std::vector<FirEntry> fir_entries(const RtcpPart &part) {
    std::vector<FirEntry> entries;
    if (!is_fir(part))
        return entries;
    base::ByteReader r(part.body.subspan(8));
    while (r.left() >= 8) {
        FirEntry entry{r.u32(), r.u8()};
        r.skip(3);
        entries.push_back(entry);
    }
    return entries;
}

std::optional<Remb> remb(const RtcpPart &part) {
    if (!is_remb(part))
        return {};
    base::ByteReader r(part.body.subspan(12));
    std::uint8_t count = r.u8();
    std::uint32_t rate = r.u24();
    // "BR Exp (6 bits)", "BR Mantissa (18 bits)": a product beyond 64 bits says nothing.
    unsigned exponent = rate >> 18;
    std::uint64_t mantissa = rate & 0x3ffff;
    if (exponent > 46 && mantissa != 0)
        return {};
    Remb found{exponent > 46 ? 0 : mantissa << exponent, {}};
    for (int n = 0; n < count && r.left() >= 4; ++n)
        found.ssrcs.push_back(r.u32());
    return found;
}

} // namespace cord::wire::rtp
