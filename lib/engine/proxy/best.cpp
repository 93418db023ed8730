#include "engine/proxy/best.hpp"

#include <climits>

#include "base/text.hpp"
#include "engine/proxy/outgoing.hpp"
#include "engine/proxy/state.hpp"
#include "engine/proxy/upstream.hpp"
#include "wire/sip/auth.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/edit.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;

/// Lower is better. Item 6: 6xx first; else the lowest class, and "preference to responses that provide
/// information affecting resubmission of this request, such as 401, 407, 415, 420, and 484 if the 4xx class
/// is chosen." A callee that said no tells more than one that could not be reached.
int rank(int status) {
    if (status >= 600)
        return 0;
    int within = 5;
    if (status == 401 || status == 407)
        within = 0;
    else if (status == 415 || status == 420 || status == 484 || status == 488)
        within = 1;
    else if (status == 486 || status == 403)
        within = 2;
    else if (status == 480 || status == 404 || status == 408 || status == 487)
        within = status == 487 ? 8 : 6;
    // It would not be forwarded as it is.
    if (status == 503)
        within = 9;
    return status / 100 * 10 + within;
}

/// Of a branch without one, its redirection was followed.
int rank(const Branch &b) { return b.final ? rank(b.final->status()) : INT_MAX; }

const Branch &best_branch(const Exchange &e) {
    const Branch *best = &e.branches.front();
    for (const Branch &b : e.branches)
        if (rank(b) < rank(*best))
            best = &b;
    return *best;
}

/// Item 7: the challenges of every branch come together in a 401 or 407.
void add_challenges(wire::sip::Edit &edit, const Exchange &e, const Branch &best) {
    for (const Branch &b : e.branches) {
        if (&b == &best || !b.final || (b.final->status() != 401 && b.final->status() != 407))
            continue;
        for (const wire::sip::Field &field : b.final->fields())
            if (field.id == HeaderId::www_authenticate || field.id == HeaderId::proxy_authenticate)
                edit.append(field.id, field.value);
    }
}

/// What cannot hold where session descriptions are rewritten.
void take_auth_int(wire::sip::Edit &edit) {
    for (const wire::sip::Field &field : edit.original().fields()) {
        if (field.id != HeaderId::www_authenticate && field.id != HeaderId::proxy_authenticate)
            continue;
        auto challenge = wire::sip::AuthValue::parse(field.value);
        auto qop = challenge ? challenge->param("qop") : std::nullopt;
        if (!qop)
            continue;
        bool both = false, auth = false;
        base::split(*qop, ',', [&](std::string_view option) {
            auth = auth || base::iequals(base::trim(option), "auth");
            both = both || base::iequals(base::trim(option), "auth-int");
        });
        if (auth && both)
            edit.replace(*qop, "auth");
    }
}

} // namespace

FinalResponse best_response(State &s, const Exchange &e) {
    const Branch &best = best_branch(e);
    CORD_ASSERT(best.final); // whoever was redirected has begun another branch
    const Message &response = *best.final;
    auto made = [&, to = wire::sip::to(response)](int code, std::string bytes) {
        return FinalResponse{code, std::move(bytes), code == response.status() ? response.reason() : "",
                             to ? to->tag() : "", best.local_final};
    };
    if (best.local_final)
        return made(response.status(), std::string(response.bytes()));
    // Item 6: "If the only response that was received is a 503, the proxy SHOULD generate a 500 response":
    // the caller is not to think that we are overloaded.
    if (response.status() == 503)
        return made(500, wire::sip::make_response(e.request, 500, {}, s.random.token(10)).finish());
    wire::sip::Edit edit(response);
    restore_cseq(edit, e, best);
    edit.remove(*response.first_value(HeaderId::via));
    if (response.status() == 401 || response.status() == 407)
        add_challenges(edit, e, best);
    if (comes_from_upstream(s, best.target.flow))
        take_auth_int(edit);
    if (e.flow.is_reliable())
        edit.ensure_content_length();
    return made(response.status(), edit.render());
}

} // namespace cord::engine::proxy
