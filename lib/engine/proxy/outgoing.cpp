#include "engine/proxy/outgoing.hpp"

#include <algorithm>

#include <fmt/compile.h>

#include "base/text.hpp"
#include "engine/bearer/key_set.hpp"
#include "engine/proxy/state.hpp"
#include "engine/proxy/upstream_register.hpp"
#include "wire/sip/edit.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::Edit;
using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;

/// Item 3: "the proxy MUST decrement its value by one"; "if the copy does not contain a Max-Forwards header
/// field, the proxy MUST add one with a field value, which SHOULD be 70."
void count_hop(Edit &edit) {
    auto hops = wire::sip::max_forwards(edit.original());
    edit.set(HeaderId::max_forwards, std::to_string(hops && *hops ? std::max(**hops, 1U) - 1 : 70));
}

/// Item 4. RFC 5658 section 3: a proxy with two faces writes both, so that each side sends to the one it can
/// reach.
void add_record_route(Edit &edit, const State &s, const Exchange &e, const Branch &branch) {
    std::string token = s.token_key.seal({e.call, branch.call_branch});
    std::string inner = route_to_us(s, e.flow, token);
    std::string outer = route_to_us(s, branch.target.flow, token);
    edit.prepend(HeaderId::record_route, inner);
    if (outer != inner)
        edit.prepend(HeaderId::record_route, outer);
}

/// Item 2: "If the URI contains any parameters not allowed in a Request-URI, they MUST be removed." Table 1
/// of section 19.1.1 has them: the method parameter, and header fields, by which a Contact could write ours.
std::string request_uri_of(const std::string &target) {
    auto uri = wire::sip::Uri::parse(target);
    if (!uri || !uri->is_sip())
        return target;
    const char *const begin = uri->text.data();
    std::string out = target;
    if (!uri->headers.empty())
        out.resize(static_cast<std::size_t>(uri->headers.data() - 1 - begin));
    if (auto method = uri->params.find("method")) {
        const char *const end = method->has_value ? method->value.data() + method->value.size()
                                                  : method->name.data() + method->name.size();
        const char *const semicolon = method->name.data() - 1;
        out.erase(static_cast<std::size_t>(semicolon - begin), static_cast<std::size_t>(end - semicolon));
    }
    return out;
}

/// The Route: a registered Path, the hop next to us on top (RFC 3327 section 5.4), above what is left when
/// our own are off, or the client's own wish is. Gives the Request-URI.
std::string set_routes(Edit &edit, const Exchange &e, const Branch &branch) {
    std::vector<std::string> routes;
    for (const std::string &uri : branch.target.route)
        routes.push_back(fmt::format("<{}>", uri));
    const std::size_t path = routes.size();
    std::vector<wire::sip::Value> left;
    std::size_t at = 0;
    for (const wire::sip::Value &value : edit.original().values(HeaderId::route)) {
        if (at++ < e.own_routes || e.drop_foreign_routes)
            edit.remove(value);
        else
            left.push_back(value);
    }
    for (const wire::sip::Value &value : left)
        routes.emplace_back(value.text);
    std::string target = request_uri_of(branch.target.uri);
    auto next = wire::sip::NameAddr::parse(routes.empty() ? std::string_view() : routes.front());
    if (!next || !next->uri.is_sip() || next->uri.params.has("lr")) {
        for (std::size_t i = path; i-- > 0;)
            edit.prepend(HeaderId::route, routes[i]);
        return target;
    }
    // Item 6: "If that URI does not contain an lr parameter, the proxy MUST modify the copy as follows: The
    // proxy MUST place the Request-URI into the Route header field as the last value. The proxy MUST then
    // place the first Route header field value into the Request-URI and remove that value from the Route
    // header field."
    for (const wire::sip::Value &value : left)
        edit.remove(value);
    edit.append(HeaderId::route, fmt::format("<{}>", target));
    for (std::size_t i = routes.size(); i-- > 1;)
        edit.prepend(HeaderId::route, routes[i]);
    return std::string(next->uri.text);
}

/// RFC 3261 section 22.3: credentials for our realm end here, and so do tokens, with which anybody could
/// speak as their owner.
void take_credentials(Edit &edit, const State &s, const Exchange &e) {
    for (const wire::sip::Field &field : edit.original().fields()) {
        const bool authorization = field.id == HeaderId::authorization;
        if (!authorization && field.id != HeaderId::proxy_authorization)
            continue;
        if (s.config.bearer_keys && !e.to_upstream && !bearer::token_of(field.value).empty())
            edit.remove(field);
        if (authorization)
            continue;
        auto credentials = digest::parse_credentials(field.value);
        if (credentials && !e.to_upstream && s.identity.domain_named(credentials->realm))
            edit.remove(field);
    }
}

/// Reliable provisional responses need their SDP; where it is kept from the caller, so must they be (RFC
/// 3262).
void take_100rel(Edit &edit) {
    for (HeaderId id : {HeaderId::supported, HeaderId::require})
        for (const wire::sip::Value &value : edit.original().values(id))
            if (base::iequals(value.text, "100rel"))
                edit.remove(value);
}

/// sipML5 with its breaker option on writes a password hash into the URI of its Contact: it goes no further
/// than here.
void take_secrets(Edit &edit) {
    for (const wire::sip::Value &value : edit.original().values(HeaderId::contact)) {
        auto contact = wire::sip::NameAddr::parse(value.text);
        if (!contact)
            continue;
        for (const wire::sip::Param &param : contact->uri.params) {
            if (!base::iequals(param.name, "ha1") && !base::iequals(param.name, "impi"))
                continue;
            const char *semicolon = param.name.data() - 1;
            const char *end = param.has_value ? param.value.data() + param.value.size()
                                              : param.name.data() + param.name.size();
            edit.replace(std::string_view(semicolon, static_cast<std::size_t>(end - semicolon)), "");
        }
    }
}

/// RFC 3262 section 7.2: RAck = RSeq value, CSeq number and method of the provisional response.
void renumber_rack(Edit &edit, std::uint32_t shift) {
    const std::string_view value = base::trim(edit.original().header(HeaderId::rack).value_or(""));
    auto [rseq, rest] = base::cut(value, ' ');
    auto [number, method] = base::cut(base::trim(rest), ' ');
    if (auto cseq = base::to_uint(number, INT32_MAX))
        edit.set(HeaderId::rack, fmt::format("{} {} {}", rseq, *cseq + shift, base::trim(method)));
}

} // namespace

std::string route_to_us(const State &s, const Flow &flow, const std::string &token) {
    return fmt::format("<sip:{}@{}{}{};lr>", token, s.identity.host_port(flow),
                       flow.transport == Transport::udp ? "" : ";transport=",
                       flow.transport == Transport::udp ? "" : transaction::uri_name(flow.transport));
}

std::string loop_mark(const State &s, const Exchange &e) {
    constexpr std::size_t usual = 256;
    std::string text;
    text.reserve(usual);
    const std::string_view route = e.request.header(HeaderId::route).value_or("");
    for (std::string_view part : {e.uri.text, e.from.tag(), e.to.tag(), e.request.call_id(), route})
        (text += part) += '\n';
    text += std::to_string(e.cseq);
    return fmt::format(FMT_COMPILE("{:08x}"), static_cast<std::uint32_t>(s.loop_hash(text)));
}

std::string new_branch_key(State &s, const Exchange &e) {
    return fmt::format(FMT_COMPILE("{}{}-{}"), wire::sip::magic_cookie, s.random.token(16), e.loop_mark);
}

void restore_cseq(Edit &edit, const Exchange &e, const Branch &branch) {
    if (branch.cseq_shift != 0)
        edit.set(HeaderId::cseq, *e.request.header(HeaderId::cseq));
}

bool forms_dialog(Method method) {
    return method == Method::invite || method == Method::subscribe || method == Method::refer;
}

std::string outgoing_request(const State &s, const Exchange &e, const Branch &branch) {
    Edit edit(e.request);
    if (std::string uri = set_routes(edit, e, branch); uri != e.request.request_uri())
        edit.request_uri(uri);
    count_hop(edit);
    // RFC 5393 section 5.3.3: "All proxied requests MUST contain a single Max-Breadth header field value."
    edit.set(HeaderId::max_breadth, std::to_string(branch.breadth));
    if (e.call != 0 && !e.in_dialog)
        add_record_route(edit, s, e, branch);
    // RFC 5806 section 5: what diverts a call adds its own above those that are there.
    if (!branch.target.diversion.empty())
        edit.prepend(HeaderId::diversion, branch.target.diversion);
    take_credentials(edit, s, e);
    if (branch.cseq_shift != 0) {
        edit.set(HeaderId::cseq, fmt::format("{} {}", e.cseq + branch.cseq_shift, e.request.method_name()));
        renumber_rack(edit, branch.cseq_shift);
    }
    if (!branch.credentials.second.empty())
        edit.append(branch.credentials.first, branch.credentials.second);
    if (e.to_upstream && e.request.method() == Method::register_)
        name_us_in_register(edit, s, e, branch);
    else
        take_secrets(edit);
    if (e.hides_early_media)
        take_100rel(edit);
    if (branch.sdp)
        edit.body("application/sdp", *branch.sdp);
    else if (branch.target.flow.is_reliable())
        edit.ensure_content_length();
    edit.prepend(HeaderId::via, s.identity.via(branch.target.flow, branch.key));
    return edit.render();
}

} // namespace cord::engine::proxy
