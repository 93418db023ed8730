#include "engine/ice/agent.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace cord::engine::ice {

using wire::stun::Attribute;
using wire::stun::Builder;
using wire::stun::Class;
using wire::stun::Message;
using Verdict = Outcome::Verdict;

void Agent::restart(Credentials local) {
    local_ = std::move(local);
    remote_ufrag_.clear();
    std::erase_if(valid_, [&](const Valid &v) { return v.path != selected_; });
    for (Valid &v : valid_) { // any nomination by the new credentials takes over
        v.priority = 0;
        v.nominated = 0;
    }
}

Outcome Agent::receive(base::Bytes datagram, const Path &path, base::Time now) {
    auto request = Message::parse(datagram);
    if (!request || request->message_class() != Class::request || request->method() != wire::stun::binding)
        return {};
    // RFC 8489 section 6.3: where FINGERPRINT is used, as in ICE, a message without a correct one is silently
    // discarded.
    if (!request->fingerprint_holds())
        return {};
    // RFC 8489 section 9.1.3: no MESSAGE-INTEGRITY or USERNAME is 400 for who may be asked for them; in ICE
    // such a request is a stranger's, and a stranger gets no answer from an agent.
    if (!is_for_us(request->text(Attribute::username)))
        return {.verdict = Verdict::unknown_user};
    if (!request->integrity_holds(base::as_bytes(local_.password)))
        return {.verdict = Verdict::wrong_password};
    // RFC 8489 section 6.3.1: unknown comprehension-required attributes: 420, with a list of them.
    if (!request->unknown_required().empty())
        return refuse(*request, 420, "Unknown Attribute");
    // RFC 8445 section 6.1.1: with one lite agent the full one is controlling. It has it wrong; 487 makes it
    // switch.
    if (request->find(Attribute::ice_controlled))
        return refuse(*request, 487, "Role Conflict");
    auto priority = request->number32(Attribute::priority);
    // RFC 8445 section 7.1.1: PRIORITY MUST be included in a Binding request.
    if (!priority)
        return refuse(*request, 400, "Bad Request");

    consent_until_ = now + consent_lifetime;
    Valid &valid = learn(path);
    valid.priority = *priority;
    valid.seen = now;
    if (request->find(Attribute::use_candidate))
        nominate(valid);
    return {.verdict = Verdict::answered,
            .response = Builder(Class::success, wire::stun::binding, request->transaction())
                            .xor_mapped_address(path.remote)
                            .integrity(base::as_bytes(local_.password))
                            .fingerprint()
                            .take()};
}

bool Agent::is_for_us(std::string_view username) const {
    // RFC 8445 section 7.2.2: the username is the peer's fragment (ours), a colon, and the sender's own.
    auto [ours, theirs] = base::cut(username, ':');
    return ours == local_.ufrag && (remote_ufrag_.empty() || theirs == remote_ufrag_);
}

Outcome Agent::refuse(const Message &request, int code, std::string_view reason) const {
    Builder builder(Class::error, wire::stun::binding, request.transaction());
    builder.error(code, reason);
    if (code == 420)
        builder.unknown(request.unknown_required());
    return {.verdict = Verdict::refused,
            .response = builder.integrity(base::as_bytes(local_.password)).fingerprint().take()};
}

Agent::Valid &Agent::learn(const Path &path) {
    auto known = std::find_if(valid_.begin(), valid_.end(), [&](const Valid &v) { return v.path == path; });
    if (known != valid_.end())
        return *known;
    if (valid_.size() == base::limits::ice_paths) {
        // The path that was silent longest makes room; never the one in use.
        auto oldest = std::min_element(valid_.begin(), valid_.end(), [&](const Valid &a, const Valid &b) {
            return std::pair(a.path == selected_, a.seen) < std::pair(b.path == selected_, b.seen);
        });
        *oldest = Valid{.path = path};
        return *oldest;
    }
    return valid_.emplace_back(Valid{.path = path});
}

void Agent::nominate(Valid &valid) {
    std::uint64_t before = std::exchange(valid.nominated, ++nominations_);
    if (selected_ == valid.path)
        return;
    // RFC 8445 section 7.3.2: the nominated pair of highest priority is selected. A peer that moves to a
    // lower one (libwebrtc, when its network changes) nominates this one twice with none for the other in
    // between.
    Valid *selected = selected_entry();
    if (selected == nullptr || valid.priority > selected->priority || before > selected->nominated)
        selected_ = valid.path;
}

Agent::Valid *Agent::selected_entry() {
    auto found =
        std::find_if(valid_.begin(), valid_.end(), [&](const Valid &v) { return v.path == selected_; });
    return found == valid_.end() ? nullptr : &*found;
}

bool Agent::is_valid(const Path &path) const {
    return std::any_of(valid_.begin(), valid_.end(), [&](const Valid &v) { return v.path == path; });
}

std::optional<Path> Agent::selected() const {
    if (selected_)
        return selected_;
    return valid_.empty() ? std::nullopt : std::optional(valid_.front().path);
}

std::optional<std::vector<std::uint8_t>> answer_stranger(base::Bytes datagram, const base::Endpoint &from) {
    auto request = Message::parse(datagram);
    if (!request || request->message_class() != Class::request || request->method() != wire::stun::binding ||
        request->find(Attribute::username))
        return std::nullopt;
    Builder builder(Class::success, wire::stun::binding, request->transaction());
    builder.xor_mapped_address(from);
    return builder.fingerprint().take();
}

std::string_view local_ufrag_of(base::Bytes datagram) {
    auto message = Message::parse(datagram);
    return message ? base::cut(message->text(Attribute::username), ':').first : std::string_view{};
}

} // namespace cord::engine::ice
