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

std::optional<Fault> check_cseq(const Message &m, CoreHeaders &out) {
    const auto value = cseq(m);
    if (!value)
        return bad_request(value.error());
    // RFC 3261 section 8.1.1.5: "The method MUST match that of the request."
    if (m.is_request() && value->method_name != m.method_name())
        return bad_request({"CSeq is of another method"});
    out.cseq = *value;
    return std::nullopt;
}

std::optional<Fault> check_addresses(const Message &m, CoreHeaders &out) {
    const auto sender = from(m);
    if (!sender)
        return bad_request(sender.error());
    const auto recipient = to(m);
    if (!recipient)
        return bad_request(recipient.error());
    out.from = *sender;
    out.to = *recipient;
    if (is_wildcard_contact(m))
        return std::nullopt;
    for (const Value &value : m.values(HeaderId::contact))
        if (const auto contact = NameAddr::parse(value.text); !contact)
            return bad_request({contact.error().reason,
                                static_cast<std::uint32_t>(m.offset_of(value.text) + contact.error().at)});
    return std::nullopt;
}

std::optional<Fault> check_request_line(const Message &m, CoreHeaders &out) {
    const auto uri = request_uri(m);
    if (!uri)
        return bad_request(uri.error());
    // RFC 3261 section 19.1.1, table 1: headers are not allowed in a Request-URI.
    if (!uri->headers.empty())
        return bad_request(
            {"headers in the Request-URI", static_cast<std::uint32_t>(m.offset_of(uri->headers))});
    out.request_uri = *uri;
    return std::nullopt;
}

std::optional<Fault> check(const Message &m, CoreHeaders &out) {
    if (m.fault())
        return m.fault();
    const auto via = top_via(m);
    if (!via)
        return bad_request(via.error());
    out.via = *via;
    if (auto fault = check_counts(m))
        return fault;
    if (auto fault = check_cseq(m, out))
        return fault;
    if (auto fault = check_addresses(m, out))
        return fault;
    if (m.is_response())
        return std::nullopt;
    if (auto fault = check_request_line(m, out))
        return fault;
    if (const auto hops = max_forwards(m); !hops)
        return bad_request(hops.error());
    return std::nullopt;
}

} // namespace

std::optional<Fault> validate(const Message &m) {
    if (m.core_headers() != nullptr)
        return std::nullopt;
    CoreHeaders parsed;
    auto fault = check(m, parsed);
    if (!fault)
        m.keep(parsed);
    return fault;
}

} // namespace cord::wire::sip
