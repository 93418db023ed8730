// RTCP (RFC 3550 section 6) with the feedback of RFC 4585 and 5104: walking compounds, reading parts.
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace cord::wire::rtp {

enum class RtcpType : std::uint8_t {
    sender_report = 200,
    receiver_report = 201,
    source_description = 202,
    bye = 203,
    application = 204,
    transport_feedback = 205, // RFC 4585: RTPFB
    payload_feedback = 206,   // RFC 4585: PSFB
    extended_report = 207,
};

/// FMT of RTPFB and PSFB parts.
inline constexpr std::uint8_t fmt_nack = 1;
inline constexpr std::uint8_t fmt_transport_cc = 15;
inline constexpr std::uint8_t fmt_pli = 1;
inline constexpr std::uint8_t fmt_fir = 4;
inline constexpr std::uint8_t fmt_application = 15; // REMB

/// One packet of a compound. A view: valid while the compound's bytes are.
struct RtcpPart {
    RtcpType type{};
    std::uint8_t count = 0; // RC, SC or FMT
    base::Bytes body;       // after the first four bytes, without padding
    base::Bytes bytes;      // all of it
};

/// A compound whose lengths add up: `for (const RtcpPart &part : compound)`.
class RtcpCompound {
  public:
    [[nodiscard]] static base::Result<RtcpCompound> parse(base::Bytes bytes);

    class Iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = RtcpPart;
        using difference_type = std::ptrdiff_t;
        using pointer = const RtcpPart *;
        using reference = RtcpPart;

        explicit Iterator(base::Bytes left) : left_(left) {}
        RtcpPart operator*() const;
        Iterator &operator++();
        bool operator==(const Iterator &other) const { return left_.size() == other.left_.size(); }

      private:
        base::Bytes left_;
    };
    [[nodiscard]] Iterator begin() const { return Iterator(bytes_); }
    [[nodiscard]] Iterator end() const { return Iterator(base::Bytes{}); }

  private:
    explicit RtcpCompound(base::Bytes bytes) : bytes_(bytes) {}
    base::Bytes bytes_;
};

/// RFC 3550 section 6.4.1, as read and as written.
struct SenderInfo {
    std::uint32_t ssrc = 0;
    std::uint64_t ntp = 0;
    std::uint32_t timestamp = 0;
    std::uint32_t packets = 0;
    std::uint32_t octets = 0;
};

struct ReportBlock {
    std::uint32_t ssrc = 0;
    std::uint8_t fraction_lost = 0;
    std::int32_t cumulative_lost = 0; // 24 bits, signed
    std::uint32_t highest_sequence = 0;
    std::uint32_t jitter = 0;
    std::uint32_t last_sr = 0;
    std::uint32_t delay_since_last_sr = 0;
};

/// The SSRC that made the part: the first word of all but SDES; nothing for an empty BYE.
[[nodiscard]] std::optional<std::uint32_t> sender_of(const RtcpPart &part);
[[nodiscard]] std::optional<SenderInfo> sender_info(const RtcpPart &sender_report);
/// The blocks of an SR or RR; those that the part is too short for are left out.
[[nodiscard]] std::vector<ReportBlock> report_blocks(const RtcpPart &report);
/// CNAME of the first chunk of an SDES part.
[[nodiscard]] std::optional<std::string_view> cname(const RtcpPart &source_description);
[[nodiscard]] std::vector<std::uint32_t> bye_sources(const RtcpPart &bye);
[[nodiscard]] std::string_view bye_reason(const RtcpPart &bye);

/// The media source that feedback (RTPFB, PSFB) is about; 0 for FIR and REMB, which name theirs inside.
[[nodiscard]] std::optional<std::uint32_t> media_source(const RtcpPart &feedback);
[[nodiscard]] bool is_nack(const RtcpPart &part);
[[nodiscard]] bool is_pli(const RtcpPart &part);
[[nodiscard]] bool is_fir(const RtcpPart &part);
[[nodiscard]] bool is_remb(const RtcpPart &part);
/// The sequence numbers a NACK asks for (RFC 4585 section 6.2.1).
[[nodiscard]] std::vector<std::uint16_t> nack_sequences(const RtcpPart &nack);

/// RFC 5104 section 4.3.1.1.
struct FirEntry {
    std::uint32_t ssrc = 0;
    std::uint8_t sequence = 0;
};
[[nodiscard]] std::vector<FirEntry> fir_entries(const RtcpPart &fir);

/// draft-alvestrand-rmcat-remb-03.
struct Remb {
    std::uint64_t bits_per_second = 0;
    std::vector<std::uint32_t> ssrcs;
};
[[nodiscard]] std::optional<Remb> remb(const RtcpPart &part);

/// Builders: each appends one part; a compound begins with an SR or RR and SDES follows it.
void append_sender_report(std::vector<std::uint8_t> &out, const SenderInfo &info,
                          const std::vector<ReportBlock> &blocks);
void append_receiver_report(std::vector<std::uint8_t> &out, std::uint32_t ssrc,
                            const std::vector<ReportBlock> &blocks);
void append_cname(std::vector<std::uint8_t> &out, std::uint32_t ssrc, std::string_view cname);
void append_bye(std::vector<std::uint8_t> &out, std::uint32_t ssrc, std::string_view reason = {});
void append_pli(std::vector<std::uint8_t> &out, std::uint32_t sender, std::uint32_t media);
void append_fir(std::vector<std::uint8_t> &out, std::uint32_t sender, FirEntry entry);
void append_nack(std::vector<std::uint8_t> &out, std::uint32_t sender, std::uint32_t media,
                 const std::vector<std::uint16_t> &sequences);

} // namespace cord::wire::rtp
