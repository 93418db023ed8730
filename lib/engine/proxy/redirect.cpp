#include "engine/proxy/redirect.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include "base/limits.hpp"
#include "engine/proxy/fork.hpp"
#include "engine/proxy/locate.hpp"
#include "engine/proxy/route.hpp"
#include "engine/proxy/state.hpp"
#include "wire/sip/edit.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::NameAddr;

/// Section 16.5: "a proxy MUST NOT add a URI to the target set more than once": that would go in circles.
bool is_known(const Exchange &e, const std::vector<Target> &fresh, const Target &target) {
    auto same = [&](const Target &other) { return other.uri == target.uri; };
    return std::any_of(e.targets.begin(), e.targets.end(), same) ||
           std::any_of(fresh.begin(), fresh.end(), same) ||
           std::any_of(e.branches.begin(), e.branches.end(), [&](const Branch &b) { return same(b.target); });
}

/// Where a Contact leads: to a user of ours, or to a place that the operator allows.
std::vector<Target> places_of(const State &s, const Exchange &e, const NameAddr &contact) {
    const wire::sip::Uri &uri = contact.uri;
    // Section 16.7 item 4: "a proxy SHOULD NOT recurse to a non-SIPS URI if the Request-URI of the original
    // request was a SIPS URI."
    if (!uri.is_sip() || (e.uri.is_sips() && !uri.is_sips()))
        return {};
    std::vector<Target> targets;
    if (auto domain = uri.params.has("maddr") ? std::nullopt : s.identity.own_domain(uri)) {
        if (!uri.user.empty())
            targets = targets_of(s, uri, *domain);
    } else if (auto place = allowed_hop(s, uri)) {
        Target &target = targets.emplace_back();
        target.uri = uri.text;
        target.destination = *place;
    }
    const int q = wire::sip::q_value(contact.params).value_or(0);
    for (Target &target : targets)
        target.q = q;
    return targets;
}

} // namespace

bool follow_redirect(State &s, Exchange &e, std::size_t index, const Message &response) {
    // A 305 or 380 asks for more than another URI.
    const bool moved = response.status() >= 300 && response.status() <= 302;
    if (!s.config.recurse || !moved || e.in_dialog || e.cancelled || e.state == Exchange::State::answered)
        return false;
    wire::sip::Edit rest(response);
    std::vector<Target> fresh;
    bool some_left = false;
    for (const wire::sip::Value &value : response.values(HeaderId::contact)) {
        auto contact = NameAddr::parse(value.text);
        std::vector<Target> found = contact ? places_of(s, e, *contact) : std::vector<Target>();
        const bool room =
            e.branches.size() + e.targets.size() + fresh.size() + found.size() <= base::limits::sip_branches;
        if (found.empty() || !room) {
            some_left = true;
            continue;
        }
        // "it MUST remove them from the response before adding the response to the response context."
        rest.remove(value);
        for (Target &target : found)
            if (!is_known(e, fresh, target))
                fresh.push_back(std::move(target));
    }
    if (fresh.empty())
        return false;
    std::stable_sort(fresh.begin(), fresh.end(), [](const Target &a, const Target &b) { return a.q > b.q; });
    e.targets.insert(e.targets.begin(), std::make_move_iterator(fresh.begin()),
                     std::make_move_iterator(fresh.end()));
    // "If a proxy recurses on all of the contacts in a 3xx response, the proxy SHOULD NOT add the resulting
    // contactless response to the response context."
    close_branch(s, e, index, some_left ? std::optional(*Message::parse(rest.render())) : std::nullopt,
                 false);
    // Another may have sent its SDP to a caller who takes the first for the answer.
    e.hides_early_media = e.is_invite() && e.kind == MediaKind::webrtc;
    start_branches(s, e);
    return true;
}

} // namespace cord::engine::proxy
