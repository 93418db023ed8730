#include "engine/proxy/accounting.hpp"

#include "engine/proxy/state.hpp"
#include "wire/sip/builder.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::Method;

/// Whether a user of ours was called, and was there or might have been.
bool is_missed(const Exchange &e, int code) {
    return e.domain && !e.next_hop && e.client.empty() && (!e.branches.empty() || code == 480);
}

} // namespace

void account(State &s, const Exchange &e, int code, std::string_view reason, std::string_view to_tag) {
    if (!s.config.accounting || code < 200 || code == 401 || code == 407)
        return;
    const bool begins = e.is_invite() && !e.in_dialog;
    const bool ends = e.request.method() == Method::bye && e.in_dialog;
    const bool missed = begins && code >= 300;
    if ((!begins && !ends) || (missed && !is_missed(e, code)))
        return;
    if (reason.empty())
        reason = wire::sip::reason_phrase(static_cast<std::uint16_t>(code));
    s.effects.push_back(Account{missed, std::string(e.request.method_name()), std::string(e.from.tag()),
                                std::string(ends ? e.to.tag() : to_tag), std::string(e.request.call_id()),
                                code, std::string(reason), s.now.unix});
}

void account_bye(State &s, const Call &call, const Dialog &dialog, std::string_view reason) {
    if (s.config.accounting)
        s.effects.push_back(Account{false, "BYE", dialog.caller.tag, dialog.callee.tag, call.call_id, 200,
                                    std::string(reason), s.now.unix});
}

} // namespace cord::engine::proxy
