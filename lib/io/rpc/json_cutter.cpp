#include "io/rpc/json_cutter.hpp"

#include <utility>

namespace cord::io::rpc {

std::optional<std::string> JsonCutter::next() {
    for (; at_ < in_.size(); ++at_) {
        const char c = in_[at_];
        if (depth_ == 0) {
            if (c != '{' && c != '[')
                continue;
            in_.erase(0, std::exchange(at_, 0));
            depth_ = 1;
        } else if (in_string_) {
            if (!std::exchange(escaped_, !escaped_ && c == '\\'))
                in_string_ = c != '"';
        } else if (c == '"') {
            in_string_ = true;
        } else if (c == '{' || c == '[') {
            ++depth_;
        } else if ((c == '}' || c == ']') && --depth_ == 0) {
            std::string whole = in_.substr(0, at_ + 1);
            in_.erase(0, std::exchange(at_, 0) + 1);
            return whole;
        }
    }
    if (depth_ == 0 || in_.size() > limit_)
        drop();
    return std::nullopt;
}

void JsonCutter::drop() {
    in_.clear();
    at_ = 0;
    depth_ = 0;
    in_string_ = escaped_ = false;
}

} // namespace cord::io::rpc
