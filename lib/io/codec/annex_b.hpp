// Files of H.264: the byte stream of its Annex B, cut into access units.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace cord::io::codec {

class AnnexBReader {
  public:
    /// Whether a file that begins so is one.
    [[nodiscard]] static bool recognises(base::Bytes beginning);

    void feed(base::Bytes bytes);
    /// No more will come, so the last unit ends here.
    void finish() { ended_ = true; }
    /// The next access unit, with start codes; nothing while more bytes are needed. An error is final.
    [[nodiscard]] base::Result<std::optional<std::vector<std::uint8_t>>> next();

  private:
    [[nodiscard]] bool take_unit();

    std::vector<std::uint8_t> buffer_; // begins with a start code, or with what comes before the first
    std::size_t searched_ = 0;         // no other start code begins before
    std::vector<std::uint8_t> unit_;   // that has been taken, and belongs to the next access unit perhaps
    std::vector<std::uint8_t> current_;
    bool has_slice_ = false; // the current one
    bool ended_ = false;
};

} // namespace cord::io::codec
