#include "engine/registrar/answer.hpp"

#include <algorithm>

#include <fmt/compile.h>

#include "base/text.hpp"
#include "wire/sip/headers.hpp"
#include "wire/sip/name_addr.hpp"

namespace cord::engine::registrar {
namespace {

using wire::sip::HeaderId;
using wire::sip::Message;

/// RFC 5626 section 4.4.1: how often a client over TCP or TLS sends CRLF CRLF. Browsers cannot know of it,
/// and over UDP the NAT in between sets the pace.
constexpr int flow_timer = 120;
bool keeps_alive_by_lines(transaction::Transport transport) {
    return transaction::is_reliable(transport) && !transaction::is_websocket(transport);
}

/// A proxy on the way has them woken.
bool others_push(const Message &request) {
    for (const wire::sip::Field &field : request.fields())
        if (base::iequals(field.name, "Feature-Caps") &&
            field.value.find("+sip.pns") != std::string_view::npos)
            return true;
    return false;
}

} // namespace

bool asks_for_outbound(const std::vector<Contact> &contacts) {
    return std::any_of(contacts.begin(), contacts.end(), [](const Contact &c) { return c.reg_id != 0; });
}

bool is_first_hop(const Message &request) {
    std::size_t vias = 0;
    for ([[maybe_unused]] const wire::sip::Value &value : request.values(HeaderId::via))
        ++vias;
    return vias < 2;
}

/// RFC 5626 section 6: "If the registrar is not the first hop, it MUST examine the Path header of the
/// request." What "does not have an 'ob' URI parameter" there is answered 439.
bool first_hop_lacks_outbound(const Message &request) {
    if (is_first_hop(request))
        return false;
    auto path = wire::sip::first_name_addr(request, HeaderId::path);
    return !path || !*path || !(*path)->uri.params.has("ob");
}

void add_outbound(AnswerHeaders &headers, transaction::Transport transport) {
    headers.emplace_back("Require", "outbound");
    if (keeps_alive_by_lines(transport))
        headers.emplace_back("Flow-Timer", std::to_string(flow_timer));
}

void add_date(AnswerHeaders &headers, base::UnixTime now) {
    constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day ymd(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
    headers.emplace_back(
        "Date", fmt::format(FMT_COMPILE("{}, {:02} {} {} {:02}:{:02}:{:02} GMT"),
                            days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(ymd.day()),
                            months[static_cast<unsigned>(ymd.month()) - 1], static_cast<int>(ymd.year()),
                            time.hours().count(), time.minutes().count(), time.seconds().count()));
}

void add_push_services(AnswerHeaders &headers, const Message &request, const std::vector<Contact> &contacts,
                       const std::vector<std::string> &providers) {
    // RFC 8599 section 5.6.1.1: a client whose Contact has been seen to by another "MUST skip the rest".
    const bool by_others = others_push(request);
    for (const Contact &contact : contacts) {
        auto uri = wire::sip::Uri::parse(contact.uri);
        auto wanted = uri ? uri->params.value("pn-provider") : std::nullopt;
        // Section 5.6.1.2: without pn-prid it asks what there is.
        const bool asks = uri && !uri->params.has("pn-prid");
        if (!wanted || !contact.stays() || (by_others && !asks))
            continue;
        const std::string name = wire::sip::unescape(*wanted);
        for (const std::string &provider : providers) {
            // "A proxy MUST use a separate Feature-Cap header field for each supported type of PNS."
            std::string value = fmt::format("*;+sip.pns=\"{}\"", provider);
            // Section 5.6.1.1: the value is "bigger than 120": seconds before the end at which it refreshes.
            if (!asks && contact.wakes_itself)
                value += ";+sip.pnsreg=\"130\"";
            // "[When] the 'pn-provider' SIP URI parameter does not contain a parameter value, the proxy MUST
            // indicate support of each type of PNS supported by the proxy".
            if (name.empty() || base::iequals(name, provider))
                headers.emplace_back("Feature-Caps", std::move(value));
        }
    }
}

void add_path(AnswerHeaders &headers, const Message &request) {
    if (wire::sip::lists(request, HeaderId::supported, "path"))
        for (const wire::sip::Value &value : request.values(HeaderId::path))
            headers.emplace_back("Path", std::string(value.text));
}

} // namespace cord::engine::registrar
