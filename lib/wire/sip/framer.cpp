#include "wire/sip/framer.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace cord::wire::sip {

using base::limits::sip_message;

void StreamFramer::push(std::string_view bytes) {
    if (!broken_)
        buffer_ += bytes;
}

void StreamFramer::consume(std::size_t n) {
    at_ += n;
    searched_ = needed_ = 0;
    if (at_ == buffer_.size()) {
        buffer_.clear();
        at_ = 0;
    }
}

std::optional<Frame> StreamFramer::next() {
    if (broken_)
        return std::nullopt;
    if (searched_ == 0 && needed_ == 0)
        if (auto frame = between_messages())
            return frame;
    auto frame = pending() > 0 ? message() : std::nullopt;
    if (!frame && at_ > 0) {
        buffer_.erase(0, at_);
        at_ = 0;
    }
    return frame;
}

// RFC 3261 section 7.5: any CRLF before the start line is ignored. RFC 5626 section 4.4.1: two of them ask
// for one back.
// One step looks at four bytes at most, and waits for those that decide: cutting the stream elsewhere changes
// nothing.
std::optional<Frame> StreamFramer::between_messages() {
    constexpr std::string_view ping = "\r\n\r\n";
    for (;;) {
        const std::string_view rest = std::string_view(buffer_).substr(at_);
        if (rest.substr(0, ping.size()) == ping) {
            consume(ping.size());
            return Ping{};
        }
        const bool may_become_ping = ping.substr(0, rest.size()) == rest;
        if (may_become_ping || (rest.front() != '\r' && rest.front() != '\n'))
            return std::nullopt;
        consume(1);
    }
}

std::optional<Frame> StreamFramer::message() {
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    if (rest.front() == '\r' || rest.front() == '\n' || rest.size() < needed_)
        return std::nullopt;
    const std::size_t head_size = find_head_end(rest, searched_);
    if (head_size == std::string_view::npos && rest.size() < sip_message) {
        searched_ = rest.size();
        return std::nullopt;
    }
    if (head_size > sip_message)
        return fail({{"message is too large", sip_message}, 513});
    Scan found;
    if (auto r = scan(rest.substr(0, head_size), found); !r)
        return fail({r.error(), 400});
    const Head &head = found.head;
    if (!head.framed)
        return fail(*head.fault);
    // Of too many fields the rest is not read, and it may be there.
    if (!head.content_length && head.lines == base::limits::sip_headers && head.fault)
        return fail(*head.fault);
    // RFC 3261 section 20.14: "If a stream-based protocol (such as TCP) is used as transport, then the header
    // field MUST be used."
    if (!head.content_length)
        return fail({{"no Content-Length on a stream"}, 400});
    if (*head.content_length > sip_message - head_size)
        return fail({{"message is too large", sip_message}, 513});
    needed_ = head_size + *head.content_length;
    if (rest.size() < needed_)
        return std::nullopt;
    Message complete(found, rest.substr(0, needed_));
    consume(needed_);
    return complete;
}

Frame StreamFramer::fail(Fault fault) {
    broken_ = true;
    FrameError error{fault, std::nullopt};
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    auto read = Message::parse(rest.substr(0, std::min(find_head_end(rest), sip_message)));
    if (read && read->is_request())
        error.request = *std::move(read);
    buffer_ = {};
    at_ = 0;
    return error;
}

} // namespace cord::wire::sip
