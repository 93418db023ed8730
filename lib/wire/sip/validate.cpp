#include "wire/sip/validate.hpp"

#include "wire/sip/headers.hpp"

namespace cord::wire::sip {
namespace {

using base::Error;

std::optional<Fault> bad_request(Error e) { return Fault{e, 400}; }

// RFC 3261 section 8.1.1: "A valid SIP request formulated by a UAC MUST, at a minimum, contain the following
// header fields: To, From, CSeq, Call-ID, Max-Forwards, and Via". Max-Forwards is not asked for: RFC 2543 did
// not know it, and section 16.6 step 3 lets the proxy add it.
std::optional<Fault> check_counts(const Message &m) {
    struct Rule {
        HeaderId id;
        bool mandatory;
        const char *missing;
        const char *repeated;
    };
    static constexpr Rule rules[] = {
        {HeaderId::to, true, "no To", "more than one To"},
        {HeaderId::from, true, "no From", "more than one From"},
        {HeaderId::cseq, true, "no CSeq", "more than one CSeq"},
        {HeaderId::call_id, true, "no Call-ID", "more than one Call-ID"},
        {HeaderId::max_forwards, false, "", "more than one Max-Forwards"},
    };
    for (const Rule &rule : rules) {
        const std::size_t n = m.count(rule.id);
        if (n == 0 && rule.mandatory)
            return bad_request({rule.missing});
        if (n > 1)
            return bad_request({rule.repeated});
    }
    if (m.call_id().empty())
        return bad_request({"empty Call-ID"});
    return std::nullopt;
}

std::optional<Fault> check_cseq(const Message &m) {
    const auto value = cseq(m);
    if (!value)
        return bad_request(value.error());
    // RFC 3261 section 8.1.1.5: "The method MUST match that of the request."
    if (m.is_request() && value->method_name != m.method_name())
        return bad_request({"CSeq is of another method"});
    return std::nullopt;
}

std::optional<Fault> check_addresses(const Message &m) {
    for (const auto &address : {from(m), to(m)})
        if (!address)
            return bad_request(address.error());
    if (is_wildcard_contact(m))
        return std::nullopt;
    for (const Value &value : m.values(HeaderId::contact))
        if (const auto contact = NameAddr::parse(value.text); !contact)
            return bad_request({contact.error().reason,
                                static_cast<std::uint32_t>(m.offset_of(value.text) + contact.error().at)});
    return std::nullopt;
}

std::optional<Fault> check_request_line(const Message &m) {
    const auto uri = request_uri(m);
    if (!uri)
        return bad_request(uri.error());
    // RFC 3261 section 19.1.1, table 1: headers are not allowed in a Request-URI.
    if (!uri->headers.empty())
        return bad_request(
            {"headers in the Request-URI", static_cast<std::uint32_t>(m.offset_of(uri->headers))});
    return std::nullopt;
}

} // namespace

std::optional<Fault> validate(const Message &m) {
    if (m.fault())
        return m.fault();
    if (const auto via = top_via(m); !via)
        return bad_request(via.error());
    if (auto fault = check_counts(m))
        return fault;
    if (auto fault = check_cseq(m))
        return fault;
    if (auto fault = check_addresses(m))
        return fault;
    if (m.is_response())
        return std::nullopt;
    if (auto fault = check_request_line(m))
        return fault;
    if (const auto hops = max_forwards(m); !hops)
        return bad_request(hops.error());
    return std::nullopt;
}

} // namespace cord::wire::sip
