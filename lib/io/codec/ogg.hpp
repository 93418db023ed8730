// Ogg (RFC 3533) in streams of any length: pages, with the packets that end on them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"

namespace cord::io::codec {

/// RFC 7845 section 6 lets a reader refuse longer ones; they fit into a page.
inline constexpr std::size_t max_ogg_packet = 61'440;

struct OggPage {
    static constexpr std::uint64_t no_granule = UINT64_MAX; // no packet ends on the page

    std::uint32_t serial = 0;   // of the logical stream
    std::uint32_t sequence = 0; // of its pages
    std::uint64_t granule = 0;
    bool begins = false; // the first page of its stream
    bool ends = false;   // the last
    std::vector<std::vector<std::uint8_t>> packets;
};

/// Finds its way back after damage: a page counts only with the checksum that it says.
class OggReader {
  public:
    void feed(base::Bytes bytes);
    /// The next page; nothing while more bytes are needed.
    [[nodiscard]] std::optional<OggPage> next();
    /// Octets that belong to no page.
    [[nodiscard]] std::uint64_t damaged() const { return damaged_; }

  private:
    [[nodiscard]] base::Bytes left() const { return base::Bytes(buffer_).subspan(at_); }
    /// Octets of the page that begins here, 0 while they have not all come; nothing where none begins.
    [[nodiscard]] std::optional<std::size_t> page_here() const;
    [[nodiscard]] OggPage cut(base::Bytes page);
    [[nodiscard]] std::vector<std::uint8_t> begun(const OggPage &page);
    void pass_over(std::size_t octets);

    std::vector<std::uint8_t> buffer_;
    std::size_t at_ = 0;
    /// A packet that goes on on the next page of its stream.
    struct Begun {
        std::uint32_t sequence = 0; // of its page
        std::vector<std::uint8_t> octets;
    };
    std::map<std::uint32_t, Begun> begun_; // by serial
    std::uint64_t damaged_ = 0;
};

/// Appends a page with these packets, whole ones, of 255 lacing values together at most.
void append_ogg_page(std::vector<std::uint8_t> &out, const OggPage &page);
/// Lacing values that a packet of this length takes of a page's 255.
[[nodiscard]] constexpr std::size_t ogg_lacing(std::size_t octets) { return octets / 255 + 1; }

} // namespace cord::io::codec
