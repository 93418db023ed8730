#include "wire/sip/headers.hpp"

#include "base/text.hpp"
#include "wire/sip/lex.hpp"

namespace cord::wire::sip {
namespace {

using base::fail;
using base::Result;

// Parses text that is part of the message, and makes a failure's offset one into the message.
template <class T>
Result<T> parse_at(const Message &m, std::string_view text) {
    auto parsed = T::parse(text);
    if (!parsed)
        return fail(parsed.error().reason, m.offset_of(text) + parsed.error().at);
    return parsed;
}

template <class T>
Result<T> required(const Message &m, HeaderId id, const char *missing) {
    const auto value = m.first_value(id);
    if (!value)
        return fail(missing);
    return parse_at<T>(m, value->text);
}

template <class T>
Result<T> core(const Message &m, T CoreHeaders::*kept, HeaderId id, const char *missing) {
    if (const CoreHeaders *parsed = m.core_headers())
        return parsed->*kept;
    return required<T>(m, id, missing);
}

Result<std::optional<std::uint32_t>> number(const Message &m, HeaderId id, std::uint32_t max,
                                            const char *malformed) {
    const auto text = m.header(id);
    if (!text)
        return std::nullopt;
    const auto value = base::to_uint(*text, max);
    if (!value)
        return fail(malformed, m.offset_of(*text));
    return static_cast<std::uint32_t>(*value);
}

} // namespace

Result<CSeq> CSeq::parse(std::string_view text) {
    Cursor in(text);
    const auto number = base::to_uint(in.take_while(base::is_digit), 0x7fff'ffff);
    if (!number || !base::is_space(in.peek()))
        return fail("CSeq number is not one below 2^31");
    in.skip_blanks();
    CSeq out;
    out.number = static_cast<std::uint32_t>(*number);
    out.method_name = in.token();
    out.method = method_from(out.method_name);
    if (out.method_name.empty() || !in.done())
        return fail("CSeq without a method", in.at());
    return out;
}

Result<Uri> request_uri(const Message &m) {
    if (const CoreHeaders *parsed = m.core_headers())
        return parsed->request_uri;
    return parse_at<Uri>(m, m.request_uri());
}

Result<Via> top_via(const Message &m) { return core(m, &CoreHeaders::via, HeaderId::via, "no Via"); }
Result<NameAddr> from(const Message &m) { return core(m, &CoreHeaders::from, HeaderId::from, "no From"); }
Result<NameAddr> to(const Message &m) { return core(m, &CoreHeaders::to, HeaderId::to, "no To"); }
Result<CSeq> cseq(const Message &m) { return core(m, &CoreHeaders::cseq, HeaderId::cseq, "no CSeq"); }

Result<std::optional<std::uint32_t>> max_forwards(const Message &m) {
    return number(m, HeaderId::max_forwards, 255, "Max-Forwards is not a number up to 255");
}

Result<std::optional<std::uint32_t>> max_breadth(const Message &m) {
    return number(m, HeaderId::max_breadth, UINT32_MAX, "Max-Breadth is not a number below 2^32");
}

Result<std::optional<std::uint32_t>> expires(const Message &m) {
    return number(m, HeaderId::expires, UINT32_MAX, "Expires is not a number below 2^32");
}

Result<std::optional<NameAddr>> first_name_addr(const Message &m, HeaderId id) {
    const auto value = m.first_value(id);
    if (!value)
        return std::nullopt;
    return parse_at<NameAddr>(m, value->text);
}

bool is_wildcard_contact(const Message &m) {
    return m.count(HeaderId::contact) == 1 && m.header(HeaderId::contact) == "*";
}

bool lists(const Message &m, HeaderId id, std::string_view token) {
    for (const Value &value : m.values(id))
        if (base::iequals(value.text, token))
            return true;
    return false;
}

} // namespace cord::wire::sip
