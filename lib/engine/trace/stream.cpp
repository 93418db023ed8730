#include "engine/trace/stream.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "engine/trace/sniff.hpp"
#include "wire/sip/scan.hpp"

namespace cord::engine::trace {
namespace {

constexpr auto npos = std::string_view::npos;
// A connection that has shown this much without one SIP message speaks something else.
constexpr std::size_t patience = 65'536;

// The size of the message at the front, 0 when its head is none. Without a Content-Length there is no body
// (RFC 3261 section 18.3 has it on streams).
std::size_t message_size(std::string_view bytes, std::size_t head_size) {
    wire::sip::Scan found;
    if (head_size > base::limits::sip_message || !wire::sip::scan(bytes.substr(0, head_size), found))
        return 0;
    return head_size + found.head.content_length.value_or(0);
}

} // namespace

void SipStream::push(base::Bytes data, bool after_gap) {
    if (state_ == State::ignored || data.empty())
        return;
    if (speech_ == Speech::nothing)
        speech_ = Speech::other;
    buffer_.erase(0, at_);
    at_ = 0;
    if (after_gap) {
        buffer_.clear();
        needed_ = searched_ = 0;
        messages_.reset();
    }
    buffer_ += base::as_text(data);
}

std::optional<std::string_view> SipStream::next() {
    while (state_ == State::text) {
        const bool between_messages = needed_ == 0 && searched_ == 0;
        if (between_messages) {
            const Upgrade upgrade = upgrades();
            if (upgrade == Upgrade::perhaps)
                return std::nullopt;
            if (upgrade == Upgrade::yes)
                break;
            resync();
        }
        if (!looks_like_sip(rest()) || !measure())
            return std::nullopt;
        if (needed_ == 0) {
            pass_over_line();
            continue;
        }
        if (rest().size() < needed_)
            return std::nullopt;
        const std::string_view message = rest().substr(0, needed_);
        at_ += needed_;
        needed_ = searched_ = foreign_ = 0;
        speech_ = Speech::sip;
        return message;
    }
    return state_ == State::websocket ? next_frame() : std::nullopt;
}

void SipStream::ignore() {
    state_ = State::ignored;
    buffer_ = {};
    at_ = 0;
}

// RFC 6455 section 4: frames follow a GET that asks for the upgrade in one direction and a 101 in the other.
// Where the capture begins later, a frame is known by the SIP in it.
SipStream::Upgrade SipStream::upgrades() {
    const std::string_view front = rest();
    // "ACK sip:…" would pass as the header of a frame that holds "K sip:…".
    if (looks_like_sip(front))
        return Upgrade::no;
    if (front.starts_with("GET ") || front.starts_with("HTTP/1.1 101 ")) {
        const std::size_t end = wire::sip::find_head_end(front);
        if (end == npos)
            return front.size() <= base::limits::sip_message ? Upgrade::perhaps : Upgrade::no;
        if (base::lower(front.substr(0, end)).find("websocket") == npos)
            return Upgrade::no;
        at_ += end;
    } else {
        WebSocketFrame frame;
        if (frame.parse(front) != WebSocketFrame::Verdict::complete || frame.is_control() ||
            front.size() < frame.size())
            return Upgrade::no;
        std::string payload(front.substr(frame.header, frame.payload));
        frame.unmask(payload);
        if (!looks_like_sip(payload))
            return Upgrade::no;
    }
    state_ = State::websocket;
    transport_ = Transport::ws;
    speech_ = Speech::websocket;
    foreign_ = 0;
    return Upgrade::yes;
}

// To the next start line. A line that has not ended may yet become one.
void SipStream::resync() {
    std::size_t skip = find_start_line(rest());
    if (skip == npos) {
        const std::size_t last_line = rest().rfind('\n');
        skip = last_line == npos ? 0 : last_line + 1;
        if (rest().size() - skip > patience)
            skip = rest().size();
    }
    at_ += skip;
    foreign_ += skip;
    if (foreign_ > patience)
        ignore();
}

// Finds the size of the message at the front; false while its head has not all come. Leaves 0 where it is no
// message, or a longer one than anyone sends.
bool SipStream::measure() {
    if (needed_ != 0)
        return true;
    const std::size_t head = wire::sip::find_head_end(rest(), searched_);
    if (head == npos && rest().size() <= base::limits::sip_message) {
        searched_ = rest().size();
        return false;
    }
    needed_ = head == npos ? 0 : message_size(rest(), head);
    if (needed_ > base::limits::trace_message)
        needed_ = 0;
    return true;
}

void SipStream::pass_over_line() {
    const std::size_t line = rest().find('\n') + 1;
    at_ += line;
    foreign_ += line;
    searched_ = 0;
}

std::optional<std::string_view> SipStream::next_frame() {
    for (;;) {
        WebSocketFrame frame;
        switch (frame.parse(rest())) {
        case WebSocketFrame::Verdict::partial: return std::nullopt;
        case WebSocketFrame::Verdict::none:
            // Out of step: frames mostly begin with a segment, so the next one may help.
            foreign_ += rest().size();
            at_ = buffer_.size();
            messages_.reset();
            if (foreign_ > patience)
                ignore();
            return std::nullopt;
        case WebSocketFrame::Verdict::complete: break;
        }
        if (rest().size() < frame.size())
            return std::nullopt;
        const std::string_view payload = rest().substr(frame.header, frame.payload);
        at_ += frame.size();
        const auto message = messages_.add(frame, payload);
        if (message && looks_like_sip(*message)) {
            foreign_ = 0;
            return message;
        }
    }
}

} // namespace cord::engine::trace
