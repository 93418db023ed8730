// Numbers in the byte order that a capture file declares.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace cord::engine::trace {

/// Reads fields of either byte order; the caller has checked that they are there.
class Fields {
  public:
    explicit Fields(bool little) : little_(little) {}

    [[nodiscard]] std::uint16_t u16(const std::uint8_t *p) const {
        return little_ ? static_cast<std::uint16_t>(p[1] << 8 | p[0]) : base::load16(p);
    }
    [[nodiscard]] std::uint32_t u32(const std::uint8_t *p) const {
        return little_ ? __builtin_bswap32(base::load32(p)) : base::load32(p);
    }
    [[nodiscard]] std::uint64_t u64(const std::uint8_t *p) const {
        const std::uint64_t first = u32(p);
        const std::uint64_t second = u32(p + 4);
        return little_ ? second << 32 | first : first << 32 | second;
    }

  private:
    bool little_;
};

} // namespace cord::engine::trace
