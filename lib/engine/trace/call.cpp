#include "engine/trace/call.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::trace {
namespace {

using wire::sip::HeaderId;
using wire::sip::Method;

// A retransmission waits for half a second (RFC 3261 section 17.1.1.1, T1), with some stacks for less; what
// comes sooner was captured twice.
constexpr std::chrono::milliseconds captured_twice(20);
// A repeat is looked for among so many messages before it.
constexpr std::size_t look_back = 64;

std::string address_of(const base::Result<wire::sip::NameAddr> &value, const wire::sip::Message &m,
                       HeaderId id) {
    if (value && value->uri.is_sip())
        return wire::sip::aor_key(value->uri);
    return std::string(value ? value->uri.text : m.header(id).value_or(""));
}

// Requests that only a session begun by INVITE has.
bool belongs_to_call(Method m) {
    switch (m) {
    case Method::invite:
    case Method::ack:
    case Method::bye:
    case Method::cancel:
    case Method::prack:
    case Method::update: return true;
    default: return false;
    }
}

std::string_view top_branch(const wire::sip::Message &m) {
    const auto via = wire::sip::top_via(m);
    return via ? via->branch() : std::string_view{};
}

bool has_to_tag(const wire::sip::Message &m) {
    const auto to = wire::sip::to(m);
    return to && !to->tag().empty();
}

} // namespace

std::string MediaStream::codec() const {
    for (const std::uint8_t pt : payload_types) {
        const auto found = codecs.find(pt);
        if (found == codecs.end())
            return "PT " + std::to_string(pt);
        const auto &[name, rate, channels, parameters] = found->second;
        if (name == "telephone-event")
            continue;
        return name + '/' + std::to_string(rate) + (channels > 1 ? '/' + std::to_string(channels) : "");
    }
    return "telephone-event";
}

const Entry &Call::add(Entry entry, const wire::sip::Message &sip) {
    if (messages_.empty() && dropped_ == 0) {
        start_ = entry.at;
        from_ = address_of(wire::sip::from(sip), sip, HeaderId::from);
        to_ = address_of(wire::sip::to(sip), sip, HeaderId::to);
    }
    last_ = std::max(last_, entry.at);
    mark_repeat(entry);
    classify(entry);
    note_leg(entry);
    if (entry.repeat == Repeat::no)
        entry.is_request() ? request(entry, sip) : response(entry, sip);
    drop_oldest();
    cost_ += entry.cost();
    messages_.push_back(std::move(entry));
    return messages_.back();
}

// Calls end; registrations and subscriptions are refreshed for as long as there is a capture.
void Call::drop_oldest() {
    const std::size_t most =
        kind_ == Kind::call ? base::limits::trace_call_messages : base::limits::trace_refreshes;
    if (messages_.size() < most)
        return;
    const auto half = messages_.begin() + static_cast<std::ptrdiff_t>(messages_.size() / 2);
    for (auto it = messages_.begin(); it != half; ++it)
        cost_ -= it->cost();
    dropped_ += messages_.size() / 2;
    messages_.erase(messages_.begin(), half);
}

const Entry *Call::find(std::uint64_t n) const {
    const auto found = std::lower_bound(messages_.begin(), messages_.end(), n,
                                        [](const Entry &e, std::uint64_t wanted) { return e.n < wanted; });
    return found != messages_.end() && found->n == n ? &*found : nullptr;
}

void Call::classify(const Entry &entry) {
    if (method_.empty())
        method_ = entry.method();
    const Method m = wire::sip::method_from(entry.method());
    if (kind_ == Kind::other && belongs_to_call(m)) {
        kind_ = Kind::call;
        method_ = entry.method();
    } else if (kind_ == Kind::other && m == Method::register_) {
        kind_ = Kind::registration;
    }
}

void Call::mark_repeat(Entry &entry) const {
    const std::size_t first = messages_.size() > look_back ? messages_.size() - look_back : 0;
    for (std::size_t i = messages_.size(); i-- > first;)
        if (messages_[i].fingerprint == entry.fingerprint) {
            entry.repeat =
                entry.at - messages_[i].at < captured_twice ? Repeat::duplicate : Repeat::retransmission;
            return;
        }
}

void Call::note_leg(const Entry &entry) {
    const auto leg = std::minmax(entry.src, entry.dst);
    const std::pair<base::Endpoint, base::Endpoint> pair(leg.first, leg.second);
    if (legs_.size() < base::limits::trace_call_legs &&
        std::find(legs_.begin(), legs_.end(), pair) == legs_.end())
        legs_.push_back(pair);
}

// The request that decides is the one that the dialog begins with, where it was seen first: what a proxy
// makes of it on later legs has other branches. One with credentials, after a challenge, takes its place.
void Call::request(const Entry &entry, const wire::sip::Message &sip) {
    const Method m = sip.method();
    if (kind_ == Kind::call && (m == Method::bye || m == Method::cancel)) {
        if (m == Method::bye && state_ != State::completed) {
            state_ = State::completed;
            ended_ = entry.at;
        } else if (m == Method::cancel && !answered_) {
            state_ = State::cancelled;
        }
        return;
    }
    const bool decides = sip.method_name() == method_ && (kind_ != Kind::call || !has_to_tag(sip));
    if (!decides || (!branch_.empty() && entry.src != first_src_) || answered_)
        return;
    branch_ = top_branch(sip);
    first_src_ = entry.src;
    state_ = State::pending;
    if (kind_ == Kind::registration) {
        const auto expires = wire::sip::expires(sip);
        leaving_ = wire::sip::is_wildcard_contact(sip) || (expires && *expires == 0U);
    }
}

void Call::response(const Entry &entry, const wire::sip::Message &sip) {
    const std::uint16_t status = entry.status();
    if (entry.method() != method_ || answered_ || (!branch_.empty() && top_branch(sip) != branch_))
        return;
    if (status < 200) {
        if (status > 100 && state_ == State::pending)
            state_ = State::ringing;
        return;
    }
    code_ = status;
    if (kind_ == Kind::call && status < 300) {
        answered_ = entry.at;
        if (state_ != State::completed)
            state_ = State::answered;
        return;
    }
    ended_ = entry.at;
    if (state_ != State::cancelled && state_ != State::completed)
        state_ = State::final;
}

std::string_view Call::state() const {
    const bool challenged = code_ == 401 || code_ == 407;
    switch (state_) {
    case State::pending: return kind_ == Kind::call ? "calling" : "pending";
    case State::ringing: return kind_ == Kind::call ? "ringing" : "pending";
    case State::answered: return "in-call";
    case State::completed: return "completed";
    case State::cancelled: return "cancelled";
    case State::final: break;
    }
    if (code_ < 300)
        return kind_ == Kind::registration ? (leaving_ ? "unregistered" : "registered") : "done";
    if (challenged)
        return "challenged";
    if (code_ < 400)
        return "diverted";
    if (kind_ != Kind::call)
        return "failed";
    switch (code_) {
    case 408:
    case 480: return "no-answer";
    case 486:
    case 600: return "busy";
    case 487: return "cancelled";
    case 403:
    case 603:
    case 607: return "rejected";
    default: return "failed";
    }
}

std::optional<std::chrono::nanoseconds> Call::setup() const {
    return answered_ ? std::optional(*answered_ - start_) : std::nullopt;
}

std::optional<std::chrono::nanoseconds> Call::duration() const {
    if (!answered_)
        return std::nullopt;
    Stamp last = last_;
    for (const MediaStream &stream : streams_)
        last = std::max(last, stream.last);
    return ended_.value_or(last) - *answered_;
}

} // namespace cord::engine::trace
