// IVF: frames of one video codec in a file, each with its time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace cord::io::codec {

struct IvfHeader {
    std::string codec; // "VP80", "VP90", "AV01"
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    std::uint32_t rate = 90'000; // a frame's time counts rate/scale a second
    std::uint32_t scale = 1;
};

struct IvfFrame {
    std::uint64_t time = 0;
    std::vector<std::uint8_t> bytes;
};

class IvfReader {
  public:
    void feed(base::Bytes bytes);
    /// The next frame; nothing while more bytes are needed. An error is final.
    [[nodiscard]] base::Result<std::optional<IvfFrame>> next();
    /// Known before the first frame.
    [[nodiscard]] const std::optional<IvfHeader> &header() const { return header_; }
    /// Whether the file ends within a frame.
    [[nodiscard]] bool cut() const { return at_ < buffer_.size(); }

  private:
    [[nodiscard]] base::Result<bool> read_header();

    std::vector<std::uint8_t> buffer_;
    std::size_t at_ = 0;
    std::optional<IvfHeader> header_;
};

/// `frames` is 0 toward a pipe, where nobody knows.
[[nodiscard]] std::vector<std::uint8_t> ivf_header(const IvfHeader &header, std::uint32_t frames);
void append_ivf_frame(std::vector<std::uint8_t> &out, std::uint64_t time, base::Bytes frame);

} // namespace cord::io::codec
