#include "sim/dialog.hpp"

#include <algorithm>

#include "wire/sip/headers.hpp"

namespace cord::sim {
namespace {

using namespace wire::sip;

std::vector<std::string> record_routes(const Message &m) {
    std::vector<std::string> out;
    for (const Value &value : m.values(HeaderId::record_route))
        out.emplace_back(value.text);
    return out;
}

std::string contact_uri(const Message &m) {
    const auto contact = first_name_addr(m, HeaderId::contact);
    return contact && *contact ? std::string((*contact)->uri.text) : std::string{};
}

} // namespace

Dialog Dialog::of_caller(const Message &ok) {
    Dialog d;
    d.call_id = ok.call_id();
    d.local = ok.header(HeaderId::from).value_or("");
    d.remote = ok.header(HeaderId::to).value_or("");
    d.target = contact_uri(ok);
    // "The route set MUST be set to the list of URIs in the Record-Route header field from the response,
    // taken in reverse order and preserving all URI parameters."
    d.routes = record_routes(ok);
    std::reverse(d.routes.begin(), d.routes.end());
    d.cseq = wire::sip::cseq(ok)->number;
    return d;
}

Dialog Dialog::of_callee(const Message &invite, std::string to) {
    Dialog d;
    d.call_id = invite.call_id();
    d.local = std::move(to);
    d.remote = invite.header(HeaderId::from).value_or("");
    d.target = contact_uri(invite);
    d.routes = record_routes(invite);
    return d;
}

Builder Dialog::request(Method method, const std::string &via) {
    if (method != Method::ack)
        ++cseq;
    Builder out = Builder::request(name(method), target);
    out.add(HeaderId::via, via);
    for (const std::string &route : routes)
        out.add(HeaderId::route, route);
    out.add(HeaderId::max_forwards, "70").add(HeaderId::from, local).add(HeaderId::to, remote);
    out.add(HeaderId::call_id, call_id)
        .add(HeaderId::cseq, std::to_string(cseq) + ' ' + std::string(name(method)));
    return out;
}

} // namespace cord::sim
