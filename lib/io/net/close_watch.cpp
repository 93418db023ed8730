#include "io/net/close_watch.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cord::io::net {
namespace {

constexpr std::uint8_t close_opcode = 8;
constexpr std::uint16_t protocol_error = 1002, bad_payload = 1007;

std::uint8_t byte(const std::string &s, std::size_t at) { return static_cast<std::uint8_t>(s[at]); }

} // namespace

std::size_t CloseWatch::head_size() const {
    if (frame_.size() < 2)
        return 2;
    const int length = byte(frame_, 1) & 0x7f;
    const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
    return 2 + extended + ((byte(frame_, 1) & 0x80) != 0 ? 4 : 0);
}

std::uint64_t CloseWatch::payload_size() const {
    const std::uint8_t length = byte(frame_, 1) & 0x7f;
    if (length < 126)
        return length;
    std::uint64_t size = 0;
    for (std::size_t i = 2; i < (length == 126 ? 4U : 10U); ++i)
        size = size << 8 | byte(frame_, i);
    return size;
}

void CloseWatch::heard(base::Bytes bytes) {
    while (watching_ && !bytes.empty()) {
        if (payload_left_ > 0) {
            const auto passed =
                static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size()));
            payload_left_ -= passed;
            bytes = bytes.subspan(passed);
            continue;
        }
        frame_ += static_cast<char>(bytes.front());
        bytes = bytes.subspan(1);
        const bool close = (byte(frame_, 0) & 0x0f) == close_opcode;
        if (frame_.size() < head_size())
            continue;
        if (!close) {
            payload_left_ = payload_size();
            frame_.clear();
        } else if (payload_size() > 125) {
            watching_ = false; // RFC 6455 section 5.5 forbids it, and the connection fails for that
        } else if (frame_.size() == head_size() + payload_size()) {
            judge();
        }
    }
}

void CloseWatch::judge() {
    watching_ = false; // RFC 6455 section 5.5.1: nothing comes after it
    if ((byte(frame_, 1) & 0x80) == 0)
        return; // RFC 6455 section 5.1: not masked, for which the connection fails
    const std::size_t mask = head_size() - 4;
    std::string payload = frame_.substr(head_size());
    for (std::size_t i = 0; i < payload.size(); ++i)
        payload[i] = static_cast<char>(payload[i] ^ frame_[mask + i % 4]);
    if (payload.size() < 2)
        return;
    // RFC 6455 section 7.4.2 gives status codes up to 4999 a meaning, to protocols, libraries or
    // applications.
    if ((byte(payload, 0) << 8 | byte(payload, 1)) > 4999)
        code_ = protocol_error;
    // Section 5.5.1: the reason is "UTF-8-encoded data"; section 7.4.1: 1007 for what is not consistent with
    // its type.
    else if (!base::is_utf8(std::string_view(payload).substr(2)))
        code_ = bad_payload;
}

base::Bytes CloseWatch::said(base::Bytes bytes) {
    // A whole Close with a code and no reason, as Beast sends it.
    if (code_ == 0 || bytes.size() != 4 || bytes[0] != (0x80 | close_opcode) || bytes[1] != 2)
        return bytes;
    answer_ = {bytes[0], bytes[1], static_cast<std::uint8_t>(code_ >> 8), static_cast<std::uint8_t>(code_)};
    return answer_;
}

} // namespace cord::io::net
