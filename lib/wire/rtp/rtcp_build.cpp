#include <algorithm>

#include "wire/rtp/rtcp.hpp"

namespace cord::wire::rtp {

namespace {

/// Writes the first four bytes of a part, and its length when the rest has been appended.
class Part {
  public:
    Part(std::vector<std::uint8_t> &out, RtcpType type, std::size_t count)
        : out_(out), w_(out), begin_(out.size()) {
        CORD_ASSERT(count < 32);
        w_.u8(static_cast<std::uint8_t>(0x80 | count));
        w_.u8(static_cast<std::uint8_t>(type));
        w_.u16(0);
    }
    Part(const Part &) = delete;
    Part &operator=(const Part &) = delete;
    ~Part() {
        out_.resize((out_.size() - begin_ + 3) / 4 * 4 + begin_);
        base::store16(out_.data() + begin_ + 2, static_cast<std::uint16_t>((out_.size() - begin_) / 4 - 1));
    }
    base::ByteWriter *operator->() { return &w_; }

  private:
    std::vector<std::uint8_t> &out_;
    base::ByteWriter w_;
    std::size_t begin_;
};

void append_blocks(Part &part, const std::vector<ReportBlock> &blocks) {
    for (const ReportBlock &b : blocks) {
        part->u32(b.ssrc);
        // RFC 3550 section A.3 clamps the 24-bit count instead of letting it wrap.
        std::int32_t lost = std::clamp(b.cumulative_lost, -0x800000, 0x7fffff);
        part->u32(std::uint32_t{b.fraction_lost} << 24 | (static_cast<std::uint32_t>(lost) & 0xffffff));
        part->u32(b.highest_sequence);
        part->u32(b.jitter);
        part->u32(b.last_sr);
        part->u32(b.delay_since_last_sr);
    }
}

} // namespace

void append_sender_report(std::vector<std::uint8_t> &out, const SenderInfo &info,
                          const std::vector<ReportBlock> &blocks) {
    Part part(out, RtcpType::sender_report, blocks.size());
    part->u32(info.ssrc);
    part->u64(info.ntp);
    part->u32(info.timestamp);
    part->u32(info.packets);
    part->u32(info.octets);
    append_blocks(part, blocks);
}

void append_receiver_report(std::vector<std::uint8_t> &out, std::uint32_t ssrc,
                            const std::vector<ReportBlock> &blocks) {
    Part part(out, RtcpType::receiver_report, blocks.size());
    part->u32(ssrc);
    append_blocks(part, blocks);
}

void append_cname(std::vector<std::uint8_t> &out, std::uint32_t ssrc, std::string_view cname) {
    Part part(out, RtcpType::source_description, 1);
    part->u32(ssrc);
    part->u8(1);
    part->u8(static_cast<std::uint8_t>(std::min<std::size_t>(cname.size(), 255)));
    part->text(cname.substr(0, 255));
    // RFC 3550 section 6.5: "The list of items in each chunk MUST be terminated by one or more null octets".
    part->u8(0);
}

void append_bye(std::vector<std::uint8_t> &out, std::uint32_t ssrc, std::string_view reason) {
    Part part(out, RtcpType::bye, 1);
    part->u32(ssrc);
    if (reason.empty())
        return;
    part->u8(static_cast<std::uint8_t>(std::min<std::size_t>(reason.size(), 255)));
    part->text(reason.substr(0, 255));
}

void append_pli(std::vector<std::uint8_t> &out, std::uint32_t sender, std::uint32_t media) {
    Part part(out, RtcpType::payload_feedback, fmt_pli);
    part->u32(sender);
    part->u32(media);
}

void append_fir(std::vector<std::uint8_t> &out, std::uint32_t sender, FirEntry entry) {
    Part part(out, RtcpType::payload_feedback, fmt_fir);
    part->u32(sender);
    // RFC 5104 section 4.3.1.2: "the 'SSRC of media source' is not used and SHALL be set to 0".
    part->u32(0);
    part->u32(entry.ssrc);
    part->u32(std::uint32_t{entry.sequence} << 24);
}

void append_nack(std::vector<std::uint8_t> &out, std::uint32_t sender, std::uint32_t media,
                 const std::vector<std::uint16_t> &sequences) {
    Part part(out, RtcpType::transport_feedback, fmt_nack);
    part->u32(sender);
    part->u32(media);
    for (std::size_t n = 0; n < sequences.size();) {
        std::uint16_t first = sequences[n++];
        unsigned mask = 0;
        for (; n < sequences.size(); ++n) {
            auto after = static_cast<std::uint16_t>(sequences[n] - first - 1);
            if (after > 15)
                break;
            mask |= 1u << after;
        }
        part->u16(first);
        part->u16(static_cast<std::uint16_t>(mask));
    }
}

} // namespace cord::wire::rtp
