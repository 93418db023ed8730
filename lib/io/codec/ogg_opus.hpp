// Ogg Opus (RFC 7845) to RTP and back: a recording becomes a source as a sender would have sent it, and a
// source becomes a recording.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "io/codec/ogg.hpp"
#include "wire/rtp/packet.hpp"

namespace cord::io::codec {

/// The payload type of what an OggOpusReader makes.
inline constexpr std::uint8_t ogg_payload_type = 111;

class OggOpusReader {
  public:
    void feed(base::Bytes bytes) { pages_.feed(bytes); }
    /// The next packet, with the stream's serial number for an SSRC; nothing while more bytes are needed.
    /// Where pages were lost, so is a sequence number.
    [[nodiscard]] std::optional<std::vector<std::uint8_t>> next();

    /// Known with the first packet.
    [[nodiscard]] bool is_stereo() const { return stereo_; }
    /// Sound before this one is none, in units of 1/48000 s.
    [[nodiscard]] std::uint64_t pre_skip() const { return pre_skip_; }
    /// Where the sound ends, in the same units and counted as the timestamps are; known with the last packet.
    [[nodiscard]] std::optional<std::uint64_t> end() const { return end_; }
    [[nodiscard]] std::uint64_t damaged() const { return pages_.damaged(); }

  private:
    [[nodiscard]] bool take(const OggPage &page);
    [[nodiscard]] bool begin(const OggPage &page);
    void place(const OggPage &page);

    OggReader pages_;
    std::vector<std::vector<std::uint8_t>> waiting_; // packets of Opus, the next one last
    std::optional<std::uint32_t> serial_;
    bool tags_read_ = false;
    bool first_audio_ = true;
    bool stereo_ = false;
    std::uint64_t pre_skip_ = 0;
    std::optional<std::uint64_t> end_;
    std::uint64_t position_ = 0; // of the next packet
    std::uint16_t sequence_ = 0;
};

class OggOpusWriter {
  public:
    /// Appends the headers to `out`.
    OggOpusWriter(std::uint32_t serial, std::uint8_t channels, std::vector<std::uint8_t> &out);
    /// Takes the next packet of a source; pages are appended as they fill. Where nothing was sent, a decoder
    /// is asked to guess.
    void packet(const wire::rtp::Packet &rtp, std::vector<std::uint8_t> &out);
    /// Appends the last page.
    void finish(std::vector<std::uint8_t> &out);

  private:
    void fill_gap(std::uint32_t gap, std::vector<std::uint8_t> &out);
    void put(base::Bytes payload, std::uint32_t duration, std::vector<std::uint8_t> &out);
    void end_page(bool last, std::vector<std::uint8_t> &out);

    OggPage page_;
    std::size_t lacing_ = 0;     // of the page
    std::uint64_t position_ = 0; // where the last packet ends
    std::uint64_t page_begin_ = 0;
    std::optional<std::uint32_t> expected_; // timestamp
    std::uint8_t toc_ = 0;                  // of the last packet
};

} // namespace cord::io::codec
