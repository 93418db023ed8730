// Text that is kept for as long as a trace is looked at: a view of what lasts so long (a mapped file), else a
// copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace cord::engine::trace {

/// 16 bytes, and those of the copy.
class KeptText {
  public:
    KeptText() = default;
    /// `lasting`: the text outlives this.
    KeptText(std::string_view text, bool lasting);
    KeptText(KeptText &&other) noexcept
        : text_(std::exchange(other.text_, nullptr)), size_(std::exchange(other.size_, 0)),
          owned_(std::exchange(other.owned_, false)) {}
    KeptText &operator=(KeptText &&other) noexcept {
        std::swap(text_, other.text_);
        std::swap(size_, other.size_);
        std::swap(owned_, other.owned_);
        return *this;
    }
    ~KeptText();

    [[nodiscard]] std::string_view view() const { return {text_, size_}; }
    /// Bytes of memory that it takes beside itself.
    [[nodiscard]] std::size_t owned() const { return owned_ ? size_ : 0; }

  private:
    const char *text_ = nullptr;
    std::uint32_t size_ = 0;
    bool owned_ = false;
};

} // namespace cord::engine::trace
