#include "engine/registrar/registrar.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/locate/row.hpp"
#include "engine/registrar/answer.hpp"
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
    std::vector<Contact> contacts; ///< None for `*`.
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

/// False when one of its Paths cannot be read: the way would lack a part.
bool read_path(const Message &request, std::vector<std::string> &path) {
    for (const wire::sip::Value &value : request.values(HeaderId::path)) {
        auto address = wire::sip::NameAddr::parse(value.text);
        if (!address)
            return false;
        path.emplace_back(address->uri.text);
    }
    return true;
}

/// Whether the table of others, of whom Kamailio is one, has room for it: a row that has none would fail the
/// whole batch that it is written with.
bool fits(const Binding &binding) {
    std::size_t path = 0;
    for (const std::string &uri : binding.path)
        path += uri.size() + std::string_view("<>, ").size();
    return binding.contact.size() <= locate::row_uri && path <= locate::row_uri &&
           binding.instance.size() + std::string_view("<>").size() <= locate::row_text &&
           binding.call_id.size() <= locate::row_text && binding.user.size() <= locate::row_name &&
           binding.domain.size() <= locate::row_name;
}

/// Its connection is gone: false when there is no other way to it. One that can be woken stays, asleep.
bool fall_back(Binding &binding) {
    auto flow = locate::flow_to_contact(binding);
    binding.reachable = flow.has_value();
    if (flow)
        binding.flow = *flow;
    return flow || locate::push_of(binding.contact);
}

/// RFC 5626 section 6: "if the Contact header field contains more than one header field value with a non-zero
/// expiration and any of these header field values contain a 'reg-id' Contact header field parameter, the
/// entire registration SHOULD be rejected with a 400".
bool mixes_flows(const std::vector<Contact> &contacts) {
    const auto stay = std::count_if(contacts.begin(), contacts.end(), std::mem_fn(&Contact::stays));
    return stay > 1 && std::any_of(contacts.begin(), contacts.end(),
                                   [](const Contact &c) { return c.stays() && c.reg_id != 0; });
}

} // namespace

/// RFC 5627 section 5.2: a Contact with an instance gets the pub-gruu and temp-gruu parameters.
std::string Registrar::gruu_params(const Binding &binding) {
    if (!has_gruu(binding))
        return {};
    std::string out = fmt::format(";pub-gruu=\"{}\"", public_gruu(binding));
    if (binding.gruus != 0)
        out += fmt::format(";temp-gruu=\"{}\"", gruu_key_.temporary(binding.gruus, binding.domain, random_));
    return out;
}

Outcome Registrar::process(const Message &request, std::string_view user, std::string_view domain,
                           const transaction::Flow &flow, std::uint64_t token, base::Now now) {
    auto cseq = wire::sip::cseq(request);
    Registration registration{
        request, user, domain, locate::aor_key(user, domain), flow, cseq ? cseq->number : 0, {}, now.unix};
    auto changes = plan(registration);
    if (!changes)
        return {changes.error(), {}};
    apply(*changes, token);
    Outcome outcome{{}, std::move(*changes)};
    AnswerHeaders &headers = outcome.answer.headers;
    // "Provided that the UAC had included an outbound option-tag in a Supported header field value in the
    // REGISTER request, the registrar MUST include the outbound option-tag in a Require header field value".
    if (asks_for_outbound(registration.contacts))
        add_outbound(headers, flow.transport);
    headers.emplace_back("Supported", std::string(supported));
    add_date(headers, now.unix);
    const bool gives_gruus = wire::sip::lists(request, HeaderId::supported, "gruu");
    // RFC 3261 section 10.3 item 8: "The response MUST contain Contact header field values enumerating all
    // current bindings."
    for (const Binding &binding : table_.of(registration.aor))
        headers.emplace_back("Contact",
                             contact_value(binding, now.unix) + (gives_gruus ? gruu_params(binding) : ""));
    add_push_services(headers, request, registration.contacts, limits_.push_providers);
    add_path(headers, request);
    return outcome;
}

/// RFC 5627 section 5.1: "If the contact URI is equivalent [...] to the AOR, the registrar MUST reject the
/// request with a 403, since this would cause a routing loop. If the contact URI is a GRUU for the AOR [...],
/// the registrar MUST reject the request with a 403".
bool Registrar::leads_to_itself(const Registration &registration, const Contact &contact) {
    auto uri = wire::sip::Uri::parse(contact.uri);
    if (contact.instance.empty() || !uri || !base::iequals(uri->host, registration.domain))
        return false;
    const std::string own = fmt::format("{}:{}@{}", uri->scheme, uri->user, registration.domain);
    return is_gruu(*uri) || (wire::sip::unescape(uri->user) == registration.user &&
                             wire::sip::equivalent(*uri, *wire::sip::Uri::parse(own)));
}

base::Result<std::vector<Change>, Answer> Registrar::plan(Registration &registration) const {
    if (wire::sip::is_wildcard_contact(registration.request))
        return plan_removal_of_all(registration);
    auto contacts = read_contacts(registration.request);
    if (!contacts)
        return refuse(contacts.error().code, contacts.error().error.text());
    registration.contacts = std::move(*contacts);
    if (mixes_flows(registration.contacts))
        return refuse(400, "A Flow Is Registered Alone");
    if (asks_for_outbound(registration.contacts) && first_hop_lacks_outbound(registration.request))
        return refuse(439, "First Hop Lacks Outbound Support");
    // Each is compared with all others, and twice as many as there may be are enough to replace all of them.
    if (registration.contacts.size() > 2 * limits_.max_contacts)
        return refuse(403, "Too Many Contacts");
    return plan_contacts(registration);
}

base::Result<std::vector<Change>, Answer> Registrar::plan_contacts(const Registration &registration) const {
    const std::vector<Binding> &bindings = table_.of(registration.aor);
    // One that a Contact of the request names is no former self of another.
    std::set<std::string> taken;
    for (const Contact &contact : registration.contacts)
        for (const Binding &binding : bindings)
            if (same_binding(contact, binding))
                taken.insert(binding.ruid);
    std::vector<Change> changes;
    for (const Contact &contact : registration.contacts) {
        auto change = plan_contact(registration, contact, taken);
        if (!change)
            return tl::unexpected(change.error());
        // The same Contact twice is one binding, and what was said last of it holds.
        std::erase_if(changes, [&](const Change &earlier) {
            return !earlier.removed && same_binding(contact, earlier.binding);
        });
        if (change->removed && change->binding.ruid.empty())
            continue; // It was not there.
        taken.insert(change->binding.ruid);
        changes.push_back(std::move(*change));
    }
    if (adds_too_many(bindings, changes, limits_.max_contacts))
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
                                                     const std::set<std::string> &taken) const {
    const std::vector<Binding> &bindings = table_.of(registration.aor);
    auto known = std::find_if(bindings.begin(), bindings.end(),
                              [&](const Binding &b) { return same_binding(contact, b); });
    if (known == bindings.end() && contact.stays())
        known = std::find_if(bindings.begin(), bindings.end(), [&](const Binding &b) {
            return is_restarted(contact, registration.flow, b) && !taken.contains(b.ruid);
        });
    const Binding *former = known == bindings.end() ? nullptr : &*known;
    if (former != nullptr && out_of_order(*former, registration.request.call_id(), registration.cseq))
        return refuse(500, "CSeq Out Of Order");
    if (!contact.stays())
        return Change{true, former != nullptr ? *former : Binding()};
    if (leads_to_itself(registration, contact))
        return refuse(403, "Contact Leads Back To The Address Of Record");
    // RFC 3261 section 10.3 item 7: too brief is 423 with Min-Expires.
    const std::uint32_t seconds = contact.expires.value_or(limits_.default_expires);
    if (seconds < std::min(limits_.min_expires, never_too_brief))
        return tl::unexpected<Answer>(
            Answer{423, "Interval Too Brief", {{"Min-Expires", std::to_string(limits_.min_expires)}}});
    Binding binding;
    if (!read_path(registration.request, binding.path))
        return refuse(400, "Path Cannot Be Read");
    binding.ruid = former != nullptr ? former->ruid : "";
    binding.user = registration.user;
    binding.domain = base::lower(registration.domain);
    binding.contact = contact.uri;
    binding.instance = contact.instance;
    binding.reg_id = contact.reg_id;
    binding.call_id = registration.request.call_id();
    binding.cseq = registration.cseq;
    binding.q = contact.q;
    binding.user_agent =
        registration.request.header(HeaderId::user_agent).value_or("").substr(0, locate::row_text);
    binding.methods = registration.request.header(HeaderId::allow).value_or("");
    binding.modified = registration.now;
    binding.flow = registration.flow;
    binding.expires = registration.now + std::chrono::seconds(std::min(seconds, limits_.max_expires));
    binding.gruus = gruus_for(bindings, binding);
    if (!fits(binding))
        return refuse(400, "Contact, Instance, Path, Call-ID Or User Is Too Long");
    return Change{false, std::move(binding)};
}

std::uint64_t Registrar::gruus_for(const std::vector<Binding> &bindings, const Binding &fresh) const {
    if (!has_gruu(fresh))
        return 0;
    const Binding *latest = nullptr;
    std::uint64_t known = 0;
    for (const Binding &binding : bindings) {
        if (binding.instance != fresh.instance)
            continue;
        known = std::max(known, binding.gruus);
        if ((fresh.reg_id == 0 || fresh.reg_id == binding.reg_id) &&
            (latest == nullptr || latest->modified <= binding.modified))
            latest = &binding;
    }
    // RFC 5627 section 5.1: "examines the Call-ID value associated with that registered contact. If it
    // differs from the one in the REGISTER request, the registrar MUST invalidate all previously generated
    // temporary GRUUs for the AOR and instance ID."
    const bool over = latest != nullptr && latest->call_id != fresh.call_id;
    return over || known == 0 ? random_.u64() | 1 : known;
}

void Registrar::apply(const std::vector<Change> &changes, std::uint64_t token) {
    for (const Change &change : changes) {
        auto before = change.removed ? table_.remove(locate::aor_key(change.binding), change.binding.ruid)
                                     : table_.put(change.binding);
        if (!change.removed)
            share_gruus(change.binding);
        in_flight_[token].push_back({change, std::move(before)});
    }
}

/// The other flows of an instance have its temporary GRUUs, too.
void Registrar::share_gruus(const Binding &fresh) {
    if (!has_gruu(fresh))
        return;
    const std::vector<Binding> &bindings = table_.of(locate::aor_key(fresh));
    for (std::size_t i = 0; i < bindings.size(); ++i)
        if (bindings[i].instance == fresh.instance && bindings[i].gruus != fresh.gruus) {
            Binding same = bindings[i];
            same.gruus = fresh.gruus;
            table_.put(std::move(same)); // in its place
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
