#include "engine/registrar/registrar.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::registrar {

using locate::Binding;
using locate::Change;
using wire::sip::HeaderId;
using wire::sip::Message;

/// A REGISTER with what is used of it again and again.
struct Registrar::Registration {
    const Message &request;
    std::string_view user;
    std::string_view domain;
    std::string aor;
    const transaction::Flow &flow;
    std::uint32_t cseq;
    base::UnixTime now;
};

namespace {

tl::unexpected<Answer> refuse(int code, std::string_view reason) {
    return tl::unexpected<Answer>(Answer{code, reason, {}});
}

/// RFC 3261 section 10.3 item 7: with the Call-ID of the binding the CSeq has to be higher, else "the update
/// MUST be aborted and the request fails".
bool out_of_order(const Binding &binding, std::string_view call_id, std::uint32_t cseq) {
    return binding.call_id == call_id && cseq <= binding.cseq;
}

/// RFC 3261 section 10.3 item 8: "The response SHOULD include a Date header field." Its form is that of RFC
/// 1123.
std::string date(base::UnixTime now) {
    constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day ymd(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[std::chrono::weekday(day).c_encoding()],
                       static_cast<unsigned>(ymd.day()), months[static_cast<unsigned>(ymd.month()) - 1],
                       static_cast<int>(ymd.year()), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

bool asks_for_outbound(const Message &request, const std::vector<Change> &changes) {
    return wire::sip::lists(request, HeaderId::supported, "outbound") &&
           std::any_of(changes.begin(), changes.end(),
                       [](const Change &c) { return !c.removed && c.binding.reg_id != 0; });
}

std::size_t count_values(const Message &request, HeaderId id) {
    std::size_t n = 0;
    for ([[maybe_unused]] const wire::sip::Value &value : request.values(id))
        ++n;
    return n;
}

/// RFC 8599 section 5.3: who can have a client woken by the service that it names says so in the 2xx, by
/// +sip.pns.
std::string feature_caps(const std::vector<Change> &changes, const std::vector<std::string> &providers) {
    for (const Change &change : changes) {
        auto push = change.removed ? std::nullopt : locate::push_of(change.binding.contact);
        for (const std::string &provider : providers)
            if (push && base::iequals(push->provider, provider))
                return fmt::format("*;+sip.pns=\"{}\"", provider);
    }
    return {};
}

/// RFC 5626 section 6: a request that passed another proxy needs that proxy's `ob` in its topmost Path.
bool first_hop_lacks_outbound(const Message &request) {
    if (count_values(request, HeaderId::via) < 2)
        return false;
    auto path = wire::sip::first_name_addr(request, HeaderId::path);
    return !path || !*path || !(*path)->uri.params.has("ob");
}

/// RFC 5626 section 4.4.1: how often a client over TCP or TLS sends CRLF CRLF. Browsers cannot know of it,
/// and over UDP the NAT in between sets the pace.
constexpr int flow_timer = 120;
bool keeps_alive_by_lines(transaction::Transport transport) {
    return transaction::is_reliable(transport) && !transaction::is_websocket(transport);
}

/// RFC 3261 section 10.3 item 7 refuses as too brief what is shorter than the registrar allows, "and smaller
/// than one hour".
constexpr std::uint32_t never_too_brief = 3600;

/// Whether the changes, which come in their order, leave more bindings than allowed. There may be more
/// already, by rows of others or a limit that was lowered: then a refresh and a removal are taken even so.
bool adds_too_many(const std::vector<Binding> &bindings, const std::vector<Change> &changes,
                   std::size_t most) {
    std::set<std::string_view> kept;
    std::size_t added = 0;
    for (const Binding &binding : bindings)
        kept.insert(binding.ruid);
    for (const Change &change : changes) {
        if (change.removed)
            kept.erase(change.binding.ruid);
        else if (change.binding.ruid.empty())
            ++added;
        else
            kept.insert(change.binding.ruid);
    }
    return added > 0 && kept.size() + added > most;
}

std::vector<std::string> path_of(const Message &request) {
    std::vector<std::string> path;
    for (const wire::sip::Value &value : request.values(HeaderId::path))
        if (auto address = wire::sip::NameAddr::parse(value.text))
            path.emplace_back(address->uri.text);
    return path;
}

/// Its connection is gone: false when there is no other way to it. One that can be woken stays, asleep.
bool fall_back(Binding &binding) {
    auto flow = locate::flow_to_contact(binding);
    binding.reachable = flow.has_value();
    if (flow)
        binding.flow = *flow;
    return flow || locate::push_of(binding.contact);
}

} // namespace

/// RFC 5627 section 5.3: a Contact with an instance gets the pub-gruu and temp-gruu parameters.
std::string Registrar::gruu_params(const Binding &binding) {
    if (!has_gruu(binding))
        return {};
    std::string out = fmt::format(";pub-gruu=\"{}\"", public_gruu(binding));
    if (auto temporary = gruu_key_.temporary(binding, random_))
        out += fmt::format(";temp-gruu=\"{}\"", *temporary);
    return out;
}

Outcome Registrar::process(const Message &request, std::string_view user, std::string_view domain,
                           const transaction::Flow &flow, std::uint64_t token, base::Now now) {
    auto cseq = wire::sip::cseq(request);
    Registration registration{
        request, user, domain, locate::aor_key(user, domain), flow, cseq ? cseq->number : 0, now.unix};
    auto changes = plan(registration);
    if (!changes)
        return {changes.error(), {}};
    Outcome outcome;
    if (asks_for_outbound(request, *changes)) {
        if (first_hop_lacks_outbound(request))
            return {{439, "First Hop Lacks Outbound Support", {}}, {}};
        // RFC 5626 section 6: the answer then carries Require: outbound.
        outcome.answer.headers.emplace_back("Require", "outbound");
        if (keeps_alive_by_lines(flow.transport))
            outcome.answer.headers.emplace_back("Flow-Timer", std::to_string(flow_timer));
    }
    apply(*changes, token);
    outcome.changes = std::move(*changes);
    outcome.answer.headers.emplace_back("Supported", std::string(supported));
    outcome.answer.headers.emplace_back("Date", date(now.unix));
    const bool gives_gruus = wire::sip::lists(request, HeaderId::supported, "gruu");
    // RFC 3261 section 10.3 item 8: "The response MUST contain Contact header field values enumerating all
    // current bindings."
    for (const Binding &binding : table_.of(registration.aor))
        outcome.answer.headers.emplace_back("Contact", contact_value(binding, now.unix) +
                                                           (gives_gruus ? gruu_params(binding) : ""));
    if (auto services = feature_caps(outcome.changes, limits_.push_providers); !services.empty())
        outcome.answer.headers.emplace_back("Feature-Caps", std::move(services));
    // RFC 3327 section 5.3: the Path goes back in the answer.
    if (wire::sip::lists(request, HeaderId::supported, "path"))
        for (const std::string &uri : path_of(request))
            outcome.answer.headers.emplace_back("Path", fmt::format("<{}>", uri));
    return outcome;
}

/// RFC 5627 section 5.1: a Contact with an instance that is the address of record itself, or a GRUU of it, is
/// answered 403, for it would lead requests around in a circle.
bool Registrar::leads_to_itself(const Registration &registration, const Contact &contact) {
    auto uri = wire::sip::Uri::parse(contact.uri);
    if (contact.instance.empty() || !uri || !base::iequals(uri->host, registration.domain))
        return false;
    const bool of_user = wire::sip::unescape(uri->user) == registration.user;
    return uri->params.has("gr") || (of_user && uri->params.empty() && !uri->port);
}

base::Result<std::vector<Change>, Answer> Registrar::plan(const Registration &registration) const {
    if (wire::sip::is_wildcard_contact(registration.request))
        return plan_removal_of_all(registration);
    auto contacts = read_contacts(registration.request);
    if (!contacts)
        return refuse(400, contacts.error().text());
    std::vector<Change> changes;
    for (const Contact &contact : *contacts) {
        auto change = plan_contact(registration, contact, changes);
        if (!change)
            return tl::unexpected(change.error());
        // The same Contact twice is one binding, and what was said last of it holds.
        std::erase_if(changes, [&](const Change &earlier) {
            return !earlier.removed && same_binding(contact, earlier.binding);
        });
        if (change->removed && change->binding.ruid.empty())
            continue; // It was not there.
        changes.push_back(std::move(*change));
    }
    if (adds_too_many(table_.of(registration.aor), changes, limits_.max_contacts))
        return refuse(403, "Too Many Contacts");
    for (Change &change : changes)
        if (change.binding.ruid.empty())
            change.binding.ruid = "cord-" + random_.token(16);
    return changes;
}

base::Result<std::vector<Change>, Answer>
Registrar::plan_removal_of_all(const Registration &registration) const {
    // RFC 3261 section 10.3 item 6: with "*" there are no other Contacts, and Expires is zero; else 400.
    auto expires = wire::sip::expires(registration.request);
    if (!expires || expires->value_or(1) != 0)
        return refuse(400, "Contact: * needs Expires: 0");
    std::vector<Change> changes;
    for (const Binding &binding : table_.of(registration.aor)) {
        if (out_of_order(binding, registration.request.call_id(), registration.cseq))
            return refuse(500, "CSeq Out Of Order");
        changes.push_back({true, binding});
    }
    return changes;
}

base::Result<Change, Answer> Registrar::plan_contact(const Registration &registration, const Contact &contact,
                                                     const std::vector<Change> &earlier) const {
    const std::vector<Binding> &bindings = table_.of(registration.aor);
    auto known = std::find_if(bindings.begin(), bindings.end(),
                              [&](const Binding &b) { return same_binding(contact, b); });
    // One that this request has spoken of is another Contact of the same client.
    auto spoken_of = [&](const Binding &b) {
        return std::any_of(earlier.begin(), earlier.end(),
                           [&](const Change &change) { return change.binding.ruid == b.ruid; });
    };
    if (known == bindings.end())
        known = std::find_if(bindings.begin(), bindings.end(), [&](const Binding &b) {
            return is_restarted(contact, registration.flow, b) && !spoken_of(b);
        });
    if (known != bindings.end() && out_of_order(*known, registration.request.call_id(), registration.cseq))
        return refuse(500, "CSeq Out Of Order");
    Binding binding;
    if (leads_to_itself(registration, contact))
        return refuse(403, "Contact Leads Back To The Address Of Record");
    binding.ruid = known != bindings.end() ? known->ruid : "";
    binding.user = registration.user;
    binding.domain = base::lower(registration.domain);
    binding.contact = contact.uri;
    binding.instance = contact.instance;
    binding.reg_id = contact.reg_id;
    binding.path = path_of(registration.request);
    binding.call_id = registration.request.call_id();
    binding.cseq = registration.cseq;
    binding.q = contact.q;
    binding.user_agent = registration.request.header(HeaderId::user_agent).value_or("");
    binding.methods = registration.request.header(HeaderId::allow).value_or("");
    binding.modified = registration.now;
    binding.flow = registration.flow;
    std::uint32_t seconds = contact.expires.value_or(limits_.default_expires);
    if (seconds == 0)
        return Change{true, known != bindings.end() ? *known : binding};
    // RFC 3261 section 10.3 item 7: too brief is 423 with Min-Expires.
    if (seconds < std::min(limits_.min_expires, never_too_brief))
        return tl::unexpected<Answer>(
            Answer{423, "Interval Too Brief", {{"Min-Expires", std::to_string(limits_.min_expires)}}});
    binding.expires = registration.now + std::chrono::seconds(std::min(seconds, limits_.max_expires));
    return Change{false, std::move(binding)};
}

void Registrar::apply(const std::vector<Change> &changes, std::uint64_t token) {
    for (const Change &change : changes) {
        auto before = change.removed ? table_.remove(locate::aor_key(change.binding), change.binding.ruid)
                                     : table_.put(change.binding);
        in_flight_[token].push_back({change, std::move(before)});
    }
}

void Registrar::stored(std::uint64_t token, bool ok) {
    auto node = in_flight_.extract(token);
    if (node.empty() || ok)
        return;
    for (Undo &undo : node.mapped()) {
        std::string aor = locate::aor_key(undo.change.binding);
        const std::vector<Binding> &now = table_.of(aor);
        auto found = std::find_if(now.begin(), now.end(),
                                  [&](const Binding &b) { return b.ruid == undo.change.binding.ruid; });
        bool untouched = undo.change.removed ? found == now.end()
                                             : found != now.end() && found->cseq == undo.change.binding.cseq;
        if (!untouched)
            continue; // A later REGISTER has said otherwise.
        if (undo.before)
            table_.put(std::move(*undo.before));
        else
            table_.remove(aor, undo.change.binding.ruid);
    }
}

std::vector<Change> Registrar::flow_closed(const transaction::Flow &flow) {
    for (auto &[token, undos] : in_flight_)
        for (Undo &undo : undos)
            if (undo.before && undo.before->flow.connection == flow.connection && !fall_back(*undo.before))
                undo.before.reset();
    std::vector<Change> changes;
    for (Binding &binding : table_.remove_flow(flow)) {
        bool removed = !fall_back(binding);
        if (!removed)
            table_.put(binding);
        changes.push_back({removed, std::move(binding)});
    }
    return changes;
}

} // namespace cord::engine::registrar
