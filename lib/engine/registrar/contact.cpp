#include "engine/registrar/contact.hpp"

#include <fmt/compile.h>

#include "base/text.hpp"
#include "wire/sip/headers.hpp"
#include "wire/sip/name_addr.hpp"
#include "wire/sip/uri.hpp"

namespace cord::engine::registrar {
namespace {

using wire::sip::Fault;
using wire::sip::HeaderId;
using wire::sip::NameAddr;

/// RFC 3261 section 10.2: "Implementations MAY treat values larger than 2**32-1 [...] as equivalent to
/// 2**32-1. Malformed values SHOULD be treated as equivalent to 3600."
std::uint32_t read_expires(std::string_view text) {
    constexpr std::uint32_t of_malformed = 3600;
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
        return of_malformed;
    return static_cast<std::uint32_t>(base::to_uint(text, UINT32_MAX).value_or(UINT32_MAX));
}

base::Result<Contact, Fault> read_contact(std::string_view text, std::optional<std::uint32_t> request_expires,
                                          bool outbound) {
    auto address = NameAddr::parse(text);
    if (!address)
        return tl::unexpected(Fault{address.error()});
    // RFC 5627 section 5.1: "If the contact is not a SIP URI, the REGISTER request MUST be rejected with a
    // 403". It is there for those with an instance; the others could not be reached here either.
    if (!address->uri.is_sip())
        return tl::unexpected(Fault{{"a Contact to register is not a SIP URI"}, 403});
    Contact contact;
    contact.uri = address->uri.text;
    contact.expires = request_expires;
    if (auto expires = address->params.value("expires"))
        contact.expires = read_expires(*expires);
    if (address->params.has("q")) {
        auto q = wire::sip::q_value(address->params);
        if (!q)
            return tl::unexpected(Fault{{"a q value is not between 0 and 1"}});
        contact.q = *q;
    }
    contact.wakes_itself = address->params.has("+sip.pnsreg");
    contact.instance = base::without_brackets(address->params.value("+sip.instance").value_or(""));
    auto reg_id = base::to_uint(address->params.value("reg-id").value_or(""), INT32_MAX);
    // RFC 5626 section 6: the reg-id is ignored without an instance, and without "outbound" among the
    // Supported.
    if (reg_id && !contact.instance.empty() && outbound)
        contact.reg_id = static_cast<std::uint32_t>(*reg_id);
    return contact;
}

} // namespace

base::Result<std::vector<Contact>, Fault> read_contacts(const wire::sip::Message &request) {
    std::optional<std::uint32_t> expires;
    if (auto header = wire::sip::expires(request))
        expires = *header;
    bool outbound = wire::sip::lists(request, HeaderId::supported, "outbound");
    std::vector<Contact> contacts;
    for (const wire::sip::Value &value : request.values(HeaderId::contact)) {
        auto contact = read_contact(value.text, expires, outbound);
        if (!contact)
            return tl::unexpected(contact.error());
        contacts.push_back(std::move(*contact));
    }
    return contacts;
}

bool same_binding(const Contact &contact, const locate::Binding &binding) {
    if (contact.reg_id != 0 && binding.reg_id != 0)
        return contact.instance == binding.instance && contact.reg_id == binding.reg_id;
    if (contact.uri == binding.contact)
        return true;
    auto a = wire::sip::Uri::parse(contact.uri);
    auto b = wire::sip::Uri::parse(binding.contact);
    return a && b && wire::sip::equivalent(*a, *b);
}

bool is_restarted(const Contact &contact, const transaction::Flow &flow, const locate::Binding &binding) {
    // Flows of one client with different numbers are meant to be several.
    if (contact.reg_id != 0 && binding.reg_id != 0)
        return false;
    const bool same_client = !contact.instance.empty() && contact.instance == binding.instance;
    if (binding.reachable)
        return same_client && flow.remote == binding.flow.remote;
    // One that has lost its connection is back on another. RFC 8599 section 4.1.1: the push service knows it
    // by its pn-prid.
    auto push = locate::push_of(contact.uri);
    return same_client || (push && push == locate::push_of(binding.contact));
}

std::string contact_value(const locate::Binding &binding, base::UnixTime now) {
    auto left = std::chrono::ceil<std::chrono::seconds>(binding.expires - now);
    std::string out = fmt::format(FMT_COMPILE("<{}>;expires={}"), binding.contact, left.count());
    if (binding.q != locate::no_q)
        out += fmt::format(";q={}.{:03}", binding.q / 1000, binding.q % 1000);
    if (!binding.instance.empty())
        out += fmt::format(";+sip.instance=\"<{}>\"", binding.instance);
    if (binding.reg_id != 0)
        out += fmt::format(";reg-id={}", binding.reg_id);
    return out;
}

} // namespace cord::engine::registrar
