#include "engine/resolve/next_hops.hpp"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"

namespace cord::engine::resolve {
namespace {

constexpr Transport outgoing[] = {Transport::tls, Transport::tcp, Transport::udp};

/// RFC 3263 section 4.1: the service field of a NAPTR record.
std::optional<Transport> transport_of_service(std::string_view service) {
    if (base::iequals(service, "SIPS+D2T"))
        return Transport::tls;
    if (base::iequals(service, "SIP+D2T"))
        return Transport::tcp;
    if (base::iequals(service, "SIP+D2U"))
        return Transport::udp;
    return std::nullopt;
}

std::string service_name(Transport t, std::string_view host) {
    std::string_view prefix = t == Transport::tls   ? "_sips._tcp."
                              : t == Transport::tcp ? "_sip._tcp."
                                                    : "_sip._udp.";
    return std::string(prefix) + std::string(host);
}

std::string dns_name(std::string_view host) {
    std::string name = base::lower(host);
    if (name.ends_with('.'))
        name.pop_back();
    return name;
}

} // namespace

bool Reach::has(Transport t) const {
    switch (t) {
    case Transport::udp: return udp;
    case Transport::tcp: return tcp;
    case Transport::tls: return tls;
    default: return false; // RFC 7118 section 5: a WebSocket is opened by the client alone
    }
}

std::optional<Destination> Destination::of(const wire::sip::Uri &uri) {
    if (!uri.is_sip())
        return std::nullopt;
    Destination d;
    std::string_view host = uri.params.value("maddr").value_or(uri.host);
    if (host.starts_with('['))
        host = host.substr(1, host.size() - 2);
    d.host = dns_name(host);
    d.port = uri.port;
    d.secure = uri.is_sips();
    if (!uri.transport().empty()) {
        d.transport = transaction::transport_from(uri.transport());
        if (!d.transport)
            return std::nullopt;
        // RFC 3261 section 26.2.2: a sips URI with transport=tcp is TLS over TCP.
        if (d.secure && d.transport == Transport::tcp)
            d.transport = Transport::tls;
    }
    return d;
}

NextHops::NextHops(Destination destination, Reach reach, base::Random &random)
    : destination_(std::move(destination)), reach_(reach), random_(random) {
    if (destination_.transport && !reach_.has(*destination_.transport))
        return;
    if (destination_.secure && (!reach_.tls || destination_.transport == Transport::udp))
        return;
    // RFC 3263 section 4.2: "If TARGET is a numeric IP address, the client uses that address." And: "If the
    // TARGET was not a numeric IP address, but a port is present in the URI, the client performs an A or AAAA
    // record lookup of the domain name."
    if (destination_.port || base::IpAddress::parse(destination_.host)) {
        fall_back_to_host();
    } else if (auto transport = destination_.transport) {
        candidates_.push_back({*transport, service_name(*transport, destination_.host), {}});
        ask_services();
    } else {
        ask(RecordType::naptr, destination_.host);
    }
}

std::vector<DnsQuestion> NextHops::take_questions() { return std::exchange(fresh_, {}); }

void NextHops::ask(RecordType type, const std::string &name) {
    DnsQuestion question{type, name};
    if (asked_.size() >= base::limits::dns_questions || !asked_.insert(question).second)
        return;
    waiting_.insert(question);
    fresh_.push_back(std::move(question));
}

void NextHops::ask_services() {
    for (const Candidate &candidate : candidates_)
        if (candidate.is_service())
            ask(RecordType::srv, candidate.name);
}

void NextHops::ask_addresses(const std::string &host) {
    if (base::IpAddress::parse(host))
        return;
    if (reach_.ipv6)
        ask(RecordType::aaaa, host);
    if (reach_.ipv4)
        ask(RecordType::a, host);
}

void NextHops::answer(const DnsQuestion &question, DnsAnswer answer) {
    if (waiting_.erase(question) == 0)
        return;
    failed_ = failed_ || answer.failed;
    switch (question.type) {
    case RecordType::naptr: on_naptr(answer.records); break;
    case RecordType::srv: on_srv(question.name, answer.records); break;
    case RecordType::a:
    case RecordType::aaaa:
        auto &found = (question.type == RecordType::a ? v4_ : v6_)[question.name];
        for (const DnsRecord &record : answer.records)
            if (auto *ip = std::get_if<base::IpAddress>(&record);
                ip && found.size() < base::limits::dns_records)
                found.push_back(*ip);
        break;
    }
    // RFC 3263 section 4.2: "If no SRV records were found, the client performs an A or AAAA record lookup of
    // the domain name."
    if (done() && candidates_.empty() && !unavailable_ && question.type == RecordType::srv)
        fall_back_to_host();
}

void NextHops::on_naptr(const std::vector<DnsRecord> &records) {
    std::vector<Naptr> usable;
    for (const DnsRecord &record : records) {
        const auto *naptr = std::get_if<Naptr>(&record);
        if (!naptr || !base::iequals(naptr->flags, "s") || naptr->replacement.empty())
            continue;
        auto transport = transport_of_service(naptr->service);
        // RFC 3263 section 4.1: for a sips URI "the client MUST discard any services that do not have SIPS as
        // the protocol"; then those whose transport it does not support.
        if (transport && reach_.has(*transport) && (!destination_.secure || transport == Transport::tls) &&
            usable.size() < base::limits::dns_records)
            usable.push_back(*naptr);
    }
    std::stable_sort(usable.begin(), usable.end(), [](const Naptr &a, const Naptr &b) {
        return std::tie(a.order, a.preference) < std::tie(b.order, b.preference);
    });
    for (const Naptr &naptr : usable)
        candidates_.push_back({*transport_of_service(naptr.service), dns_name(naptr.replacement), {}});
    // "If no NAPTR records are found, the client constructs SRV queries for those transport protocols it
    // supports, and does a query for each."
    if (candidates_.empty())
        for (Transport t : outgoing)
            if (reach_.has(t) && (!destination_.secure || t == Transport::tls))
                candidates_.push_back({t, service_name(t, destination_.host), {}});
    ask_services();
}

void NextHops::on_srv(const std::string &name, const std::vector<DnsRecord> &records) {
    std::vector<Srv> found;
    for (const DnsRecord &record : records)
        if (const auto *srv = std::get_if<Srv>(&record); srv && found.size() < base::limits::dns_records)
            found.push_back(*srv);
    // RFC 2782: "A Target of "." means that the service is decidedly not available at this domain."
    unavailable_ = unavailable_ || (found.size() == 1 && found.front().target.empty());
    std::erase_if(found, [](const Srv &srv) { return srv.target.empty(); });
    found = in_order(std::move(found));

    std::vector<Candidate> candidates;
    for (const Candidate &candidate : candidates_) {
        if (!candidate.is_service() || candidate.name != name) {
            candidates.push_back(candidate);
            continue;
        }
        for (const Srv &srv : found)
            candidates.push_back({candidate.transport, dns_name(srv.target), srv.port});
    }
    candidates_ = std::move(candidates);
    for (const Srv &srv : found)
        ask_addresses(dns_name(srv.target));
}

std::vector<Srv> NextHops::in_order(std::vector<Srv> records) {
    std::stable_sort(records.begin(), records.end(), [](const Srv &a, const Srv &b) {
        return std::pair(a.priority, a.weight) < std::pair(b.priority, b.weight);
    });
    std::vector<Srv> out;
    while (!records.empty()) {
        // RFC 2782, "Weight": of the best priority one is drawn, each as likely as its weight says.
        auto end = std::find_if(records.begin(), records.end(),
                                [&](const Srv &r) { return r.priority != records.front().priority; });
        std::uint64_t sum = 0;
        for (auto r = records.begin(); r != end; ++r)
            sum += r->weight;
        std::uint64_t drawn = random_.below(sum + 1);
        auto chosen = records.begin();
        for (std::uint64_t running = chosen->weight; running < drawn; running += chosen->weight)
            ++chosen;
        out.push_back(std::move(*chosen));
        records.erase(chosen);
    }
    return out;
}

Transport NextHops::usual_transport() const {
    if (destination_.transport)
        return *destination_.transport;
    if (destination_.secure)
        return Transport::tls;
    return reach_.udp ? Transport::udp : reach_.tcp ? Transport::tcp : Transport::tls;
}

void NextHops::fall_back_to_host() {
    const Transport t = usual_transport();
    candidates_.push_back({t, destination_.host, destination_.port.value_or(transaction::default_port(t))});
    ask_addresses(destination_.host);
}

std::vector<Hop> NextHops::hops() const {
    std::vector<Hop> out;
    auto add = [&](const Candidate &candidate, std::span<const base::IpAddress> addresses) {
        for (const base::IpAddress &ip : addresses) {
            const Hop hop{candidate.transport, {ip, *candidate.port}};
            if ((ip.v6 ? reach_.ipv6 : reach_.ipv4) && out.size() < base::limits::dns_records &&
                std::find(out.begin(), out.end(), hop) == out.end())
                out.push_back(hop);
        }
    };
    for (const Candidate &candidate : candidates_) {
        if (candidate.is_service())
            continue;
        if (auto ip = base::IpAddress::parse(candidate.name))
            add(candidate, {&*ip, 1});
        for (const auto *found : {&v6_, &v4_})
            if (auto known = found->find(candidate.name); known != found->end())
                add(candidate, known->second);
    }
    return out;
}

} // namespace cord::engine::resolve
