#include "io/codec/ogg_opus.hpp"

#include <algorithm>

#include "io/codec/little_endian.hpp"
#include "io/codec/opus.hpp"

namespace cord::io::codec {

namespace {

constexpr std::uint32_t second = 48'000; // RFC 7845 section 4: granules count "at a fixed rate of 48 kHz"
// What libopus looks ahead when it encodes speech: 6.5 ms.
constexpr std::uint16_t look_ahead = 312;
constexpr std::uint32_t longest_packet = second * 120 / 1000;
constexpr std::uint32_t max_gap = 60 * second;
constexpr std::size_t max_lacing = 255;

bool begins_with(base::Bytes packet, std::string_view word) {
    return base::as_text(packet).substr(0, word.size()) == word;
}

} // namespace

std::optional<std::vector<std::uint8_t>> OggOpusReader::next() {
    while (waiting_.empty()) {
        auto page = pages_.next();
        if (!page)
            return {};
        if (take(*page))
            place(*page);
    }
    const std::vector<std::uint8_t> payload = std::move(waiting_.back());
    waiting_.pop_back();
    std::vector<std::uint8_t> rtp;
    wire::rtp::append_header(
        rtp, {ogg_payload_type, false, sequence_++, static_cast<std::uint32_t>(position_), *serial_});
    rtp.insert(rtp.end(), payload.begin(), payload.end());
    position_ += opus_duration(payload);
    return rtp;
}

/// Whether the page holds sound of ours.
bool OggOpusReader::take(const OggPage &page) {
    if (page.begins)
        return begin(page);
    if (serial_ != page.serial)
        return false;
    waiting_ = page.packets;
    // Section 3: the comment header comes second, and "MUST finish the page on which it completes".
    if (!tags_read_) {
        tags_read_ = !page.packets.empty();
        waiting_.clear();
        return false;
    }
    std::erase_if(waiting_, [](const auto &packet) { return opus_duration(packet) == 0; });
    std::ranges::reverse(waiting_);
    return true;
}

bool OggOpusReader::begin(const OggPage &page) {
    constexpr std::size_t head_octets = 19;
    if (page.packets.empty() || page.packets.front().size() < head_octets ||
        !begins_with(page.packets.front(), "OpusHead"))
        return false;
    const std::vector<std::uint8_t> &head = page.packets.front();
    // Section 5.1: an implementation "SHOULD assume any stream with a version number '16' or greater is
    // incompatible"; of the mapping families only 0 has one stream of Opus.
    if (head[8] > 15 || head[18] != 0)
        return false;
    serial_ = page.serial;
    stereo_ = head[9] == 2;
    pre_skip_ = little::load16(head.data() + 10);
    end_.reset();
    position_ = 0;
    sequence_ = 0;
    tags_read_ = false;
    first_audio_ = true;
    return false;
}

/// Sets the time of the page's first packet.
void OggOpusReader::place(const OggPage &page) {
    std::uint64_t duration = 0;
    for (const auto &packet : waiting_)
        duration += opus_duration(packet);
    // Section 4.4: the last page may end within its last packet.
    if (page.ends && page.granule != OggPage::no_granule)
        end_ = page.granule;
    // Section 4: a granule is that of the page before plus "the number of samples contained in packets that
    // complete on that page"; so if it is more, pages are missing.
    if (!first_audio_ && page.granule != OggPage::no_granule && page.granule > position_ + duration &&
        page.granule - position_ - duration <= max_gap) {
        position_ = page.granule - duration;
        ++sequence_;
    }
    first_audio_ = first_audio_ && waiting_.empty();
}

OggOpusWriter::OggOpusWriter(std::uint32_t serial, std::uint8_t channels, std::vector<std::uint8_t> &out) {
    page_.serial = serial;
    page_.begins = true;
    std::vector<std::uint8_t> &head = page_.packets.emplace_back();
    base::ByteWriter(head).text("OpusHead");
    head.push_back(1); // version
    head.push_back(channels);
    little::put(head, look_ahead, 2);
    little::put(head, 0, 4); // input sample rate: unspecified
    little::put(head, 0, 2); // gain
    head.push_back(0);       // mapping family
    end_page(false, out);
    std::vector<std::uint8_t> &tags = page_.packets.emplace_back();
    constexpr std::string_view vendor = "cordboard";
    base::ByteWriter(tags).text("OpusTags");
    little::put(tags, vendor.size(), 4);
    base::ByteWriter(tags).text(vendor);
    little::put(tags, 0, 4); // comments
    end_page(false, out);
}

void OggOpusWriter::packet(const wire::rtp::Packet &rtp, std::vector<std::uint8_t> &out) {
    const std::uint32_t duration = opus_duration(rtp.payload());
    if (duration == 0 || rtp.payload().size() > max_ogg_packet)
        return;
    const std::uint32_t gap = expected_ ? rtp.timestamp() - *expected_ : 0;
    if (gap <= max_gap)
        fill_gap(gap, out);
    toc_ = rtp.payload().front();
    put(rtp.payload(), duration, out);
    expected_ = rtp.timestamp() + duration;
}

/// Section 4.1: "emit packets that explicitly request the use of Packet Loss Concealment", with frames of
/// zero octets and the configuration of the packet before.
void OggOpusWriter::fill_gap(std::uint32_t gap, std::vector<std::uint8_t> &out) {
    // RFC 6716 section 3.2.5: code 3 with a count of frames, all of one length, none here.
    constexpr std::uint8_t code_3 = 3;
    const std::vector<std::uint8_t> one{static_cast<std::uint8_t>(toc_ | code_3), 1};
    const std::uint32_t frame = gap > 0 ? opus_duration(one) : 0;
    while (frame > 0 && gap >= frame) {
        const std::uint32_t frames = std::min(gap, longest_packet) / frame;
        put(std::vector<std::uint8_t>{one.front(), static_cast<std::uint8_t>(frames)}, frames * frame, out);
        gap -= frames * frame;
    }
}

void OggOpusWriter::put(base::Bytes payload, std::uint32_t duration, std::vector<std::uint8_t> &out) {
    const std::size_t lacing = ogg_lacing(payload.size());
    // A second a page: little overhead, and a recording that breaks off loses no more.
    if (lacing_ + lacing > max_lacing || position_ - page_begin_ >= second)
        end_page(false, out);
    page_.packets.emplace_back(payload.begin(), payload.end());
    lacing_ += lacing;
    position_ += duration;
    page_.granule = position_;
}

void OggOpusWriter::end_page(bool last, std::vector<std::uint8_t> &out) {
    page_.ends = last;
    append_ogg_page(out, page_);
    page_.packets.clear();
    page_.begins = false;
    ++page_.sequence;
    lacing_ = 0;
    page_begin_ = position_;
}

void OggOpusWriter::finish(std::vector<std::uint8_t> &out) { end_page(true, out); }

} // namespace cord::io::codec
