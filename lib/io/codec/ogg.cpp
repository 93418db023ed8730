#include "io/codec/ogg.hpp"

#include <algorithm>
#include <array>

#include "io/codec/little_endian.hpp"

namespace cord::io::codec {

namespace {

constexpr std::size_t header_octets = 27; // before the segment table
constexpr std::size_t max_streams = 16;

// RFC 3533 section 6: bits of header_type_flag.
constexpr std::uint8_t continued = 0x01;
constexpr std::uint8_t first_page = 0x02;
constexpr std::uint8_t last_page = 0x04;

/// "The generator polynomial is 0x04c11db7": from the most significant bit on, beginning with zero.
constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t n = 0; n < 256; ++n) {
        std::uint32_t r = n << 24;
        for (int bit = 0; bit < 8; ++bit)
            r = r << 1 ^ ((r >> 31) != 0 ? 0x04c11db7u : 0u);
        table[n] = r;
    }
    return table;
}
constexpr auto crc_table = make_crc_table();

std::uint32_t crc_of(base::Bytes bytes, std::uint32_t crc = 0) {
    for (std::uint8_t octet : bytes)
        crc = crc << 8 ^ crc_table[crc >> 24 ^ octet];
    return crc;
}

/// Over "header with zero CRC field and page content".
std::uint32_t page_crc(base::Bytes page) {
    constexpr std::array<std::uint8_t, 4> zero{};
    return crc_of(page.subspan(26), crc_of(zero, crc_of(page.first(22))));
}

} // namespace

void OggReader::feed(base::Bytes bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<OggPage> OggReader::next() {
    while (!left().empty()) {
        auto octets = page_here();
        if (octets && *octets == 0)
            return {};
        if (octets) {
            OggPage page = cut(left().first(*octets));
            at_ += *octets;
            return page;
        }
        pass_over(1);
    }
    return {};
}

std::optional<std::size_t> OggReader::page_here() const {
    const base::Bytes bytes = left();
    const std::string_view pattern = "OggS";
    if (base::as_text(bytes).substr(0, 4) != pattern.substr(0, bytes.size()))
        return {};
    if (bytes.size() < header_octets || bytes.size() < header_octets + bytes[26])
        return 0;
    std::size_t whole = header_octets + bytes[26];
    for (std::uint8_t lacing : bytes.subspan(header_octets, bytes[26]))
        whole += lacing;
    if (bytes.size() < whole)
        return 0;
    const bool good = bytes[4] == 0 && page_crc(bytes.first(whole)) == little::load32(bytes.data() + 22);
    return good ? std::optional(whole) : std::nullopt;
}

void OggReader::pass_over(std::size_t octets) {
    at_ += octets;
    damaged_ += octets;
}

OggPage OggReader::cut(base::Bytes bytes) {
    OggPage page;
    page.granule = little::load(bytes.data() + 6, 8);
    page.serial = little::load32(bytes.data() + 14);
    page.sequence = little::load32(bytes.data() + 18);
    page.begins = (bytes[5] & first_page) != 0;
    page.ends = (bytes[5] & last_page) != 0;
    std::vector<std::uint8_t> packet = begun(page);
    if ((bytes[5] & continued) == 0)
        packet.clear();
    // The end of a packet whose beginning was lost is of no use.
    bool whole = (bytes[5] & continued) == 0 || !packet.empty();
    base::ByteReader body(bytes.subspan(header_octets + bytes[26]));
    std::uint8_t last = 0;
    for (std::uint8_t lacing : bytes.subspan(header_octets, bytes[26])) {
        const base::Bytes some = body.take(lacing);
        packet.insert(packet.end(), some.begin(), some.end());
        last = lacing;
        if (lacing == 255)
            continue;
        if (whole && packet.size() <= max_ogg_packet)
            page.packets.push_back(std::move(packet));
        packet.clear();
        whole = true;
    }
    if (last == 255 && whole && packet.size() <= max_ogg_packet && begun_.size() < max_streams)
        begun_[page.serial] = {page.sequence, std::move(packet)};
    return page;
}

/// What the page before began, if it was the one right before.
std::vector<std::uint8_t> OggReader::begun(const OggPage &page) {
    auto found = begun_.extract(page.serial);
    if (!found || found.mapped().sequence + 1 != page.sequence)
        return {};
    return std::move(found.mapped().octets);
}

void append_ogg_page(std::vector<std::uint8_t> &out, const OggPage &page) {
    const std::size_t begin = out.size();
    base::ByteWriter(out).text("OggS");
    out.push_back(0);
    out.push_back(static_cast<std::uint8_t>((page.begins ? first_page : 0) | (page.ends ? last_page : 0)));
    little::put(out, page.granule, 8);
    little::put(out, page.serial, 4);
    little::put(out, page.sequence, 4);
    little::put(out, 0, 4);
    std::vector<std::uint8_t> table;
    for (const auto &packet : page.packets) {
        table.insert(table.end(), packet.size() / 255, 255);
        table.push_back(static_cast<std::uint8_t>(packet.size() % 255));
    }
    out.push_back(static_cast<std::uint8_t>(table.size()));
    out.insert(out.end(), table.begin(), table.end());
    for (const auto &packet : page.packets)
        out.insert(out.end(), packet.begin(), packet.end());
    const std::uint32_t crc = page_crc(base::Bytes(out).subspan(begin));
    for (int n = 0; n < 4; ++n)
        out[begin + 22 + static_cast<std::size_t>(n)] = static_cast<std::uint8_t>(crc >> (8 * n));
}

} // namespace cord::io::codec
