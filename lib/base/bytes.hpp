// Byte views, and cursors that read and write big-endian fields without ever passing an end.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cord::base {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

[[nodiscard]] inline Bytes as_bytes(std::string_view s) {
    return {reinterpret_cast<const std::uint8_t *>(s.data()), s.size()};
}
[[nodiscard]] inline std::string_view as_text(Bytes b) {
    return {reinterpret_cast<const char *>(b.data()), b.size()};
}

/// Reads fields front to back. A read past the end yields zero and makes `ok()` false for good, so a parser
/// may read a whole fixed part and check once.
class ByteReader {
  public:
    explicit ByteReader(Bytes b) : data_(b) {}

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] std::size_t at() const { return at_; }
    [[nodiscard]] std::size_t left() const { return data_.size() - at_; }

    std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(2)); }
    std::uint32_t u24() { return static_cast<std::uint32_t>(big_endian(3)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
    std::uint64_t u64() { return big_endian(8); }

    /// The next `n` bytes, or an empty view when fewer are left.
    Bytes take(std::size_t n) {
        if (n > left()) {
            ok_ = false;
            at_ = data_.size();
            return {};
        }
        at_ += n;
        return data_.subspan(at_ - n, n);
    }
    void skip(std::size_t n) { (void)take(n); }
    Bytes rest() { return take(left()); }

  private:
    std::uint64_t big_endian(std::size_t n) {
        std::uint64_t v = 0;
        for (std::uint8_t b : take(n))
            v = v << 8 | b;
        return v;
    }

    Bytes data_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

/// Appends fields to a vector that the caller owns.
class ByteWriter {
  public:
    explicit ByteWriter(std::vector<std::uint8_t> &out) : out_(out) {}

    void u8(std::uint8_t v) { out_.push_back(v); }
    void u16(std::uint16_t v) { big_endian(v, 2); }
    void u32(std::uint32_t v) { big_endian(v, 4); }
    void u64(std::uint64_t v) { big_endian(v, 8); }
    void bytes(Bytes b) { out_.insert(out_.end(), b.begin(), b.end()); }
    void text(std::string_view s) { bytes(as_bytes(s)); }

  private:
    void big_endian(std::uint64_t v, int n) {
        for (int shift = 8 * (n - 1); shift >= 0; shift -= 8)
            out_.push_back(static_cast<std::uint8_t>(v >> shift));
    }

    std::vector<std::uint8_t> &out_;
};

[[nodiscard]] inline std::uint16_t load16(const std::uint8_t *p) {
    return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}
[[nodiscard]] inline std::uint32_t load32(const std::uint8_t *p) {
    return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}
inline void store16(std::uint8_t *p, std::uint16_t v) {
    p[0] = static_cast<std::uint8_t>(v >> 8);
    p[1] = static_cast<std::uint8_t>(v);
}
inline void store32(std::uint8_t *p, std::uint32_t v) {
    store16(p, static_cast<std::uint16_t>(v >> 16));
    store16(p + 2, static_cast<std::uint16_t>(v));
}

} // namespace cord::base
