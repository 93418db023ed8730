#include "engine/trace/kept_text.hpp"

#include <cstring>

namespace cord::engine::trace {

KeptText::KeptText(std::string_view text, bool lasting)
    : text_(text.data()), size_(static_cast<std::uint32_t>(text.size())), owned_(!lasting) {
    if (!owned_)
        return;
    char *copy = new char[size_];
    std::memcpy(copy, text.data(), size_);
    text_ = copy;
}

KeptText::~KeptText() {
    if (owned_)
        delete[] text_;
}

} // namespace cord::engine::trace
