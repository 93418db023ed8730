// Y4M: pictures as they are, one after the other, at an even pace.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "io/codec/picture.hpp"

namespace cord::io::codec {

struct Y4mHeader {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t rate = 30; // rate/scale pictures a second
    std::uint32_t scale = 1;
};

class Y4mReader {
  public:
    void feed(base::Bytes bytes);
    /// The next picture; nothing while more bytes are needed. An error is final.
    [[nodiscard]] base::Result<std::optional<Picture>> next();
    /// Known before the first picture.
    [[nodiscard]] const std::optional<Y4mHeader> &header() const { return header_; }
    /// Whether the file ends within a picture.
    [[nodiscard]] bool cut() const { return at_ < buffer_.size(); }

  private:
    [[nodiscard]] base::Result<bool> read_header();
    /// A line without its end; nothing while it has not all come.
    [[nodiscard]] base::Result<std::optional<std::string_view>> line() const;

    std::vector<std::uint8_t> buffer_;
    std::size_t at_ = 0;
    std::optional<Y4mHeader> header_;
    std::size_t picture_octets_ = 0;
};

void append_y4m_header(std::vector<std::uint8_t> &out, const Y4mHeader &header);
void append_y4m(std::vector<std::uint8_t> &out, const Picture &picture);

} // namespace cord::io::codec
