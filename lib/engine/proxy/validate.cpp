#include <string>

#include "base/text.hpp"
#include "engine/proxy/outgoing.hpp"
#include "engine/proxy/processor.hpp"
#include "engine/proxy/repair.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;
using wire::sip::Method;

/// Whether we are where the request ends, so that it needs no hop more. Before its Route is read this says
/// that it may be so.
bool is_for_us(const Exchange &e) {
    if (e.in_dialog || !e.client.empty())
        return false;
    Method method = e.request.method();
    return (method == Method::register_ && e.domain) || (method == Method::options && e.is_for_server());
}

/// Item 3: "If the request contains a Max-Forwards header field with a field value of zero (0), the element
/// MUST NOT forward the request."
bool has_come_too_far(const Exchange &e) {
    auto hops = wire::sip::max_forwards(e.request);
    return !is_for_us(e) && hops && hops->value_or(1) == 0;
}

/// RFC 3261 section 16.3 item 4: a Via of ours whose branch was made for the same request.
bool has_looped(const State &s, const Exchange &e) {
    for (const wire::sip::Value &value : e.request.values(HeaderId::via)) {
        if (value.text.find(e.loop_mark) == std::string_view::npos)
            continue;
        auto via = wire::sip::Via::parse(value.text);
        if (via && via->branch().ends_with(e.loop_mark) && s.identity.is_own_address(via->host, via->port))
            return true;
    }
    return false;
}

/// Every option tag of a header that a server has to know, as the value of Unsupported.
std::string unknown_options(const Message &request, HeaderId id,
                            std::initializer_list<std::string_view> known) {
    std::string unknown;
    for (const wire::sip::Value &value : request.values(id)) {
        bool is_known = false;
        for (std::string_view option : known)
            is_known = is_known || base::iequals(option, value.text);
        if (!is_known)
            unknown += (unknown.empty() ? "" : ", ") + std::string(value.text);
    }
    return unknown;
}

} // namespace

Next validate(State &s, Exchange &e) {
    const Message &request = e.request;
    // Item 2: "If the Request-URI has a URI whose scheme is not understood by the proxy, the proxy SHOULD
    // reject the request with a 416 (Unsupported URI Scheme) response."
    if (!e.uri.is_sip())
        return reply(s, e, 416);
    find_domain(s, e);
    e.loop_mark = loop_mark(s, e);
    if (has_come_too_far(e))
        return reply(s, e, 483);
    // Item 4: "If a loop is detected, the element MAY return a 482 (Loop Detected) response."
    if (has_looped(s, e))
        return reply(s, e, 482);
    // Item 5: "The proxy MUST return a 420 (Bad Extension) [with] an Unsupported header field listing each of
    // the option-tags the element did not understand." We know none that asks something of a proxy.
    std::string unknown = unknown_options(request, HeaderId::proxy_require, {});
    return unknown.empty() ? Next::go_on : reply(s, e, 420, {}, {{"Unsupported", unknown}});
}

Next check_end(State &s, Exchange &e) {
    if (!is_for_us(e))
        return has_come_too_far(e) ? reply(s, e, 483) : Next::go_on;
    // RFC 3261 section 8.2.2.3: "If a UAS does not understand an option-tag listed in a Require header field,
    // it MUST respond by generating a response with status code 420 (Bad Extension)."
    std::string unknown = unknown_options(e.request, HeaderId::require, {"path", "outbound", "gruu"});
    return unknown.empty() ? Next::go_on : reply(s, e, 420, {}, {{"Unsupported", unknown}});
}

} // namespace cord::engine::proxy
