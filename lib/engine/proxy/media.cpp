#include "engine/proxy/media.hpp"

#include "base/text.hpp"
#include "engine/proxy/dialog.hpp"
#include "engine/proxy/state.hpp"
#include "wire/sdp/attributes.hpp"
#include "wire/sdp/kind.hpp"
#include "wire/sdp/session.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;

bool through_breaker(const State &s, const Exchange &e, const Branch &branch) {
    auto wanted = [&](const Flow &flow) {
        return s.identity.listener(flow).bridge.value_or(s.config.bridge);
    };
    Bridge a = wanted(e.flow);
    Bridge b = wanted(branch.target.flow);
    if (a == Bridge::never || b == Bridge::never)
        return false;
    return a == Bridge::always || b == Bridge::always || e.kind != branch.target.kind;
}

/// Whether the request's SDP answers an offer that came in a response: in an ACK always, since the offers
/// that RFC 6337 section 2.2 lists are in none.
bool answers(const Exchange &e, const Dialog &dialog) {
    Method method = e.request.method();
    return method == Method::ack || (method == Method::prack && dialog.early_offer);
}

MediaStep plan_first_request(State &s, const Exchange &e, const Branch &branch) {
    Call *found = s.find_call(e.call);
    if (found == nullptr)
        return {MediaStep::Do::fail, "the call is over", 0};
    Call &call = *found;
    CallBranch &call_branch = call.branches[branch.call_branch];
    if (!through_breaker(s, e, branch))
        return {};
    if (!call.breaker)
        call.breaker = s.pick_breaker();
    if (!call.breaker)
        return {MediaStep::Do::fail, "no media breaker is running", 0};
    call_branch.bridge = BridgeSession{*call.breaker, call.call_id, branch.key, e.kind, branch.target.kind};
    std::string_view sdp = sdp_of(e.request);
    if (sdp.empty())
        return {};
    Crossing crossing{e.from.tag(), {}, branch.target.kind, e.kind, true};
    return {MediaStep::Do::ask, ng_offer(*call_branch.bridge, crossing, sdp), *call.breaker};
}

} // namespace

std::string_view sdp_of(const Message &message) {
    auto type = message.header(HeaderId::content_type);
    bool is_sdp = type && base::iequals(base::trim(base::cut(*type, ';').first), "application/sdp");
    return is_sdp ? message.body() : std::string_view();
}

MediaKind sender_kind(State &s, const Exchange &e) {
    if (auto place = place_of(s, e))
        return place->sender().kind;
    MediaKind by_transport =
        transaction::is_websocket(e.flow.transport) ? MediaKind::webrtc : MediaKind::plain;
    return media_kind(sdp_of(e.request)).value_or(by_transport);
}

MediaStep plan_request(State &s, const Exchange &e, const Branch &branch) {
    if (!e.in_dialog)
        return e.request.method() == Method::invite ? plan_first_request(s, e, branch) : MediaStep{};
    auto place = place_of(s, e);
    std::string_view sdp = sdp_of(e.request);
    if (!place || !place->branch->bridge || sdp.empty())
        return {};
    const DialogSide &side = place->sending_side();
    if (e.request.method() == Method::ack && side.ack_cseq == e.cseq && !side.ack_sdp.empty())
        return {MediaStep::Do::replace, side.ack_sdp, 0};
    const BridgeSession &bridge = *place->branch->bridge;
    Crossing crossing{e.from.tag(), e.to.tag(), place->receiver().kind, place->sender().kind, false};
    if (!answers(e, *place->dialog))
        return {MediaStep::Do::ask, ng_offer(bridge, crossing, sdp), bridge.breaker};
    // The offer came from the other side, so the other side is ng's "from".
    std::swap(crossing.from_tag, crossing.to_tag);
    place->dialog->early_offer = false;
    return {MediaStep::Do::ask, ng_answer(bridge, crossing, sdp), bridge.breaker};
}

MediaStep plan_response(State &s, const Exchange &e, const Branch &branch, const Message &response) {
    std::string_view sdp = sdp_of(response);
    Call *call = s.find_call(e.call);
    if (sdp.empty() || call == nullptr || response.status() >= 300)
        return {};
    CallBranch &call_branch = call->branches[branch.call_branch];
    if (!call_branch.bridge)
        return {};
    std::string tag(wire::sip::to(response)->tag());
    if (auto known = branch.translated.find(tag); known != branch.translated.end())
        return {MediaStep::Do::replace, known->second, 0};
    const BridgeSession &bridge = *call_branch.bridge;
    bool from_caller = !e.in_dialog || e.in_dialog->from_caller;
    MediaKind receiver = from_caller ? bridge.caller : bridge.callee;
    MediaKind sender = from_caller ? bridge.callee : bridge.caller;
    Crossing crossing{e.from.tag(), tag, receiver, sender, !e.in_dialog};
    if (!sdp_of(e.request).empty())
        return {MediaStep::Do::ask, ng_answer(bridge, crossing, sdp), bridge.breaker};
    // A request without SDP: the response makes the offer.
    std::swap(crossing.from_tag, crossing.to_tag);
    return {MediaStep::Do::ask, ng_offer(bridge, crossing, sdp), bridge.breaker};
}

std::string fit(const std::string &sdp, MediaKind sender, MediaKind receiver) {
    if (sender != MediaKind::webrtc || receiver != MediaKind::plain)
        return sdp;
    auto session = wire::sdp::parse(sdp);
    if (!session)
        return sdp;
    wire::sdp::clean_for_legacy(*session);
    return wire::sdp::write(*session);
}

std::string codec_names(std::string_view sdp) {
    std::string out;
    if (auto session = wire::sdp::parse(sdp))
        for (const wire::sdp::Media &media : session->media)
            for (const wire::sdp::Format &format : wire::sdp::formats(media))
                out += (out.empty() ? "" : ", ") + format.map.name;
    return out;
}

void release_branch(State &s, Call &call, CallBranch &branch) {
    if (!branch.bridge)
        return;
    s.effects.push_back(
        AskBreaker{0, branch.bridge->breaker, ng_delete_branch(*branch.bridge, call.caller_tag)});
    branch.bridge.reset();
}

} // namespace cord::engine::proxy
