#include "engine/trace/hosts.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "engine/trace/printable.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::trace {
namespace {

using wire::sip::HeaderId;

bool is_loopback(const base::IpAddress &ip) {
    if (!ip.v6)
        return ip.bytes[0] == 127;
    return std::all_of(ip.bytes.begin(), ip.bytes.end() - 1, [](std::uint8_t b) { return b == 0; }) &&
           ip.bytes[15] == 1;
}

// The branches of the two topmost Via values; empty where there is none.
std::pair<std::string, std::string> branches(const wire::sip::Message &m) {
    std::pair<std::string, std::string> out;
    std::size_t i = 0;
    for (const auto &value : m.values(HeaderId::via)) {
        const auto via = wire::sip::Via::parse(value.text);
        if (!via || i == 2)
            break;
        (i++ == 0 ? out.first : out.second) = via->branch();
    }
    return out;
}

} // namespace

bool Hosts::is_split(const base::IpAddress &ip) const { return is_loopback(ip) || split_.contains(ip); }

std::size_t Hosts::column(const base::Endpoint &at) {
    if (const auto found = by_endpoint_.find(at); found != by_endpoint_.end())
        return found->second;
    const bool split = is_split(at.ip);
    std::size_t column = columns_.size();
    if (const auto found = by_ip_.find(at.ip); !split && found != by_ip_.end())
        column = found->second;
    else
        columns_.push_back({at.ip, split, {at.port}, {}, false, false});
    if (!split)
        by_ip_.emplace(at.ip, column);
    by_endpoint_.emplace(at, column);
    return column;
}

std::pair<std::size_t, std::size_t> Hosts::note(const Entry &entry) {
    if (entry.src.ip == entry.dst.ip)
        split_.insert(entry.src.ip);
    const wire::sip::Message sip = entry.sip();
    if (sip.is_request())
        join_forwarder(entry, sip);
    const std::size_t from = column(entry.src);
    const std::size_t to = column(entry.dst);
    if (sip.is_request())
        remember_branch(sip, to);
    learn_media(sip, from);
    learn_agent(sip, from);
    return {from, to};
}

// RFC 3261 section 16.6 item 8: a proxy puts its Via above the one it received.
void Hosts::join_forwarder(const Entry &entry, const wire::sip::Message &sip) {
    const auto got = received_branch_.find(branches(sip).second);
    if (got == received_branch_.end())
        return;
    columns_[got->second].forwards = true;
    merge(column(entry.src), got->second);
}

void Hosts::merge(std::size_t column, std::size_t into) {
    if (column == into)
        return;
    const auto redirect = [&](auto &map) {
        for (auto &[key, value] : map)
            if (value == column)
                value = into;
    };
    redirect(by_ip_);
    redirect(by_endpoint_);
    redirect(received_branch_);
    columns_[column].gone = true;
    if (columns_[column].ip == columns_[into].ip)
        columns_[into].ports.insert(columns_[into].ports.end(), columns_[column].ports.begin(),
                                    columns_[column].ports.end());
}

void Hosts::remember_branch(const wire::sip::Message &sip, std::size_t receiver) {
    std::string branch = branches(sip).first;
    if (branch.empty() || !received_branch_.emplace(branch, receiver).second)
        return;
    branches_.push_back(std::move(branch));
    if (branches_.size() > base::limits::trace_branches) {
        received_branch_.erase(branches_.front());
        branches_.pop_front();
    }
}

void Hosts::learn_media(const wire::sip::Message &sip, std::size_t sender) {
    const std::string_view sdp = sdp_body(sip);
    if (sdp.empty() || by_endpoint_.size() > base::limits::trace_media_addresses)
        return;
    for (const MediaLine &line : media_lines(sdp)) {
        by_endpoint_.emplace(line.at, sender);
        by_endpoint_.emplace(line.rtcp, sender);
    }
}

// What passes on a message leaves the names in it as they are: only requests with one Via speak of their
// sender, and responses of hosts that pass nothing on.
void Hosts::learn_agent(const wire::sip::Message &sip, std::size_t sender) {
    Column &host = columns_[sender];
    if (!host.agent.empty() || host.forwards)
        return;
    if (sip.is_request() && !branches(sip).second.empty())
        return;
    const auto agent = sip.header(sip.is_request() ? HeaderId::user_agent : HeaderId::server);
    const auto other = agent ? agent : sip.header(HeaderId::user_agent);
    if (other)
        host.agent = printable(*other);
}

std::string Hosts::label(std::size_t column) const {
    const Column &host = columns_[column];
    if (!host.with_ports)
        return host.ip.text();
    std::string out = base::Endpoint{host.ip, host.ports.front()}.text();
    for (std::size_t i = 1; i < std::min<std::size_t>(host.ports.size(), 3); ++i)
        out += ',' + std::to_string(host.ports[i]);
    return out;
}

} // namespace cord::engine::trace
