#include "engine/media/transport.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cord::engine::media {
namespace {

bool same(const srtp::MasterKey &a, const srtp::MasterKey &b) {
    return a.suite() == b.suite() && std::ranges::equal(a.both(), b.both());
}

std::optional<base::Endpoint> rtcp_address(const TransportPlan &plan) {
    auto address = plan.remote_rtcp;
    // RFC 3550 section 11: without a=rtcp the port is the next higher one.
    if (!address && plan.remote_rtp)
        address = base::Endpoint{plan.remote_rtp->ip, static_cast<std::uint16_t>(plan.remote_rtp->port + 1)};
    return address;
}

Drops::Cause cause_of(srtp::Fault fault) {
    switch (fault) {
    case srtp::Fault::none: break;
    case srtp::Fault::malformed: return &Drops::malformed;
    case srtp::Fault::forged: return &Drops::forged;
    case srtp::Fault::replayed: return &Drops::replayed;
    case srtp::Fault::too_many: return &Drops::too_many_sources;
    }
    return nullptr;
}

} // namespace

void Transport::apply(const TransportPlan &plan, base::Time now, Outbox &out) {
    const TransportPlan before = std::exchange(plan_, plan);
    components_[0].peer.plan(plan.remote_rtp);
    components_[1].peer.plan(rtcp_address(plan));
    apply_ice(before.ice);
    apply_sdes(before);
    apply_dtls(before, now, out);
}

void Transport::apply_ice(const std::optional<IcePlan> &before) {
    for (Component &component : components_) {
        if (!plan_.ice)
            component.agent.reset();
        else if (!component.agent)
            component.agent.emplace(plan_.ice->local);
        else if (before && before->local != plan_.ice->local)
            component.agent->restart(plan_.ice->local);
        if (plan_.ice)
            component.agent->set_remote_ufrag(plan_.ice->remote_ufrag);
    }
}

void Transport::apply_sdes(const TransportPlan &before) {
    const auto *sdes = std::get_if<SdesPlan>(&plan_.security);
    if (sdes == nullptr)
        return;
    const auto *old = std::get_if<SdesPlan>(&before.security);
    if (keys_ && old != nullptr && same(old->inbound, sdes->inbound) && same(old->outbound, sdes->outbound))
        return;
    keys_.emplace(
        Keys{{sdes->outbound, srtp::Direction::outbound}, {sdes->inbound, srtp::Direction::inbound}});
}

void Transport::apply_dtls(const TransportPlan &before, base::Time now, Outbox &out) {
    const auto *plan = std::get_if<DtlsPlan>(&plan_.security);
    if (plan == nullptr) {
        dtls_.reset();
        if (!std::holds_alternative<SdesPlan>(plan_.security))
            keys_.reset();
        return;
    }
    const auto *old = std::get_if<DtlsPlan>(&before.security);
    if (!dtls_ || old == nullptr || old->association != plan->association || old->role != plan->role) {
        dtls_ = handshakers_->make(plan->role);
        dtls_started_ = dtls_reported_ = false;
        dtls_failure_ = nullptr;
        keys_.reset();
    }
    start_dtls(now, out);
    drain_dtls(out);
}

Content Transport::receive(const Arrival &arrival, Datagram &datagram, base::Time now, Outbox &out) {
    switch (arrival.content) {
    case Content::stun: receive_stun(arrival, datagram, now, out); break;
    case Content::dtls: receive_dtls(arrival, datagram, now, out); break;
    case Content::rtp:
    case Content::rtcp: return receive_media(arrival, datagram);
    case Content::other: ++drops_.malformed; break;
    }
    return Content::other;
}

void Transport::receive_stun(const Arrival &arrival, const Datagram &datagram, base::Time now, Outbox &out) {
    const auto &[port, from, content] = arrival;
    Component &component = component_of(port);
    if (!component.agent) {
        ++drops_.strangers;
        return;
    }
    const bool first = component.agent->deadline() == base::never;
    ice::Outcome outcome = component.agent->receive(datagram.bytes(), {port, from}, now);
    if (outcome.verdict == ice::Outcome::Verdict::wrong_password)
        ++drops_.wrong_ice_password;
    else if (outcome.verdict == ice::Outcome::Verdict::unknown_user)
        ++drops_.strangers;
    if (!outcome.response.empty())
        out.sends.push_back({port, from, out.keep(std::move(outcome.response))});
    if (outcome.verdict != ice::Outcome::Verdict::answered)
        return;
    consent_lost_ = false;
    if (first && &component == &components_[0])
        report(Event::What::ice_connected, "", out);
    valid_remote_ = from;
    start_dtls(now, out);
}

void Transport::receive_dtls(const Arrival &arrival, const Datagram &datagram, base::Time now, Outbox &out) {
    // One association serves RTP, and RTCP where it is multiplexed. RFC 5764 section 4.2 has a second one for
    // RTCP on a port of its own: no browser has that, and we have none either.
    if (!dtls_ || arrival.port == plan_.rtcp || !is_peer(arrival)) {
        ++drops_.strangers;
        return;
    }
    if (!plan_.ice)
        component_of(arrival.port).peer.learn(arrival.from);
    dtls_started_ = true;
    dtls_->receive(datagram.bytes(), now);
    drain_dtls(out);
}

void Transport::start_dtls(base::Time now, Outbox &out) {
    // RFC 5763 section 6.7.1, RFC 8842 section 5.1: the handshake begins when ICE has found a way; without
    // ICE, when the peer's address is known.
    if (!dtls_ || dtls_started_ || !way_out(Content::rtp))
        return;
    dtls_started_ = true;
    dtls_->start(now);
    drain_dtls(out);
}

void Transport::drain_dtls(Outbox &out) {
    if (!dtls_)
        return;
    send_dtls(out);
    if (dtls_->state() == dtls::State::connected && !keys_)
        install_keys(out);
    if (dtls_->state() == dtls::State::failed && !dtls_reported_) {
        dtls_failure_ = dtls_->failure();
        dtls_reported_ = true;
        report(Event::What::dtls_failed, dtls_failure_, out);
    }
}

void Transport::send_dtls(Outbox &out) {
    auto datagrams = dtls_->take_datagrams();
    if (auto path = way_out(Content::rtp))
        for (auto &datagram : datagrams)
            out.sends.push_back({path->local, path->remote, out.keep(std::move(datagram))});
}

void Transport::close(Outbox &out) {
    if (!dtls_)
        return;
    dtls_->close();
    send_dtls(out);
}

void Transport::install_keys(Outbox &out) {
    const auto &expected = std::get<DtlsPlan>(plan_.security).remote;
    if (expected.empty() || dtls_reported_)
        return;
    dtls_reported_ = true;
    // RFC 5763 section 5: if the fingerprint does not match the hashed certificate, the endpoint MUST tear
    // down the media session immediately.
    if (!dtls_->peer_is(expected)) {
        dtls_failure_ = "the DTLS certificate is not the one of the description's fingerprint";
        report(Event::What::dtls_failed, dtls_failure_, out);
        return;
    }
    auto keys = dtls_->keys();
    keys_.emplace(
        Keys{{keys->outbound, srtp::Direction::outbound}, {keys->inbound, srtp::Direction::inbound}});
    newly_secured_ = true;
    report(Event::What::dtls_connected, "", out);
}

Content Transport::receive_media(const Arrival &arrival, Datagram &datagram) {
    if (!is_peer(arrival)) {
        ++drops_.strangers;
        stranger_ = arrival.from;
        return Content::other;
    }
    if (!is_plain() && !open(arrival.content, datagram))
        return Content::other;
    if (!plan_.ice)
        component_of(arrival.port).peer.learn(arrival.from);
    return arrival.content;
}

bool Transport::is_peer(const Arrival &arrival) {
    const Component &component = component_of(arrival.port);
    return component.agent ? component.agent->is_valid({arrival.port, arrival.from})
                           : component.peer.may_be(arrival.from);
}

bool Transport::open(Content content, Datagram &datagram) {
    if (!keys_) {
        ++drops_.too_early;
        return false;
    }
    srtp::Packet packet{datagram.data, datagram.size};
    auto fault = content == Content::rtp ? keys_->inbound.unprotect_rtp(packet)
                                         : keys_->inbound.unprotect_rtcp(packet);
    if (auto cause = cause_of(fault)) {
        ++(drops_.*cause);
        return false;
    }
    datagram.size = packet.size;
    return true;
}

Drops::Cause Transport::send(Content content, Datagram &datagram, Outbox &out) {
    auto path = way_out(content);
    if (!path || (!is_plain() && !keys_))
        return &Drops::no_way_out;
    if (keys_) {
        srtp::Packet packet{datagram.data, datagram.size};
        auto fault = content == Content::rtp ? keys_->outbound.protect_rtp(packet)
                                             : keys_->outbound.protect_rtcp(packet);
        if (auto cause = cause_of(fault))
            return cause;
        datagram.size = packet.size;
    }
    out.sends.push_back({path->local, path->remote, datagram.bytes()});
    return nullptr;
}

std::optional<ice::Path> Transport::way_out(Content content) const {
    const bool second = content == Content::rtcp && plan_.rtcp;
    if (second && dtls_)
        return std::nullopt;
    const Component &component = components_[second ? 1 : 0];
    // RFC 7675 section 5.1: once consent has expired, an agent MUST cease to send on that pair.
    if (component.agent)
        return consent_lost_ ? std::nullopt : component.agent->selected();
    const PortId port = second ? *plan_.rtcp : plan_.rtp;
    const auto &remote = component.peer.remote();
    return remote ? std::optional(ice::Path{port, *remote}) : std::nullopt;
}

base::Time Transport::deadline() const {
    base::Time consent = plan_.ice && !consent_lost_ ? components_[0].agent->deadline() : base::never;
    return std::min(consent, dtls_ ? dtls_->deadline() : base::never);
}

void Transport::on_deadline(base::Time now, Outbox &out) {
    if (plan_.ice && !consent_lost_ && components_[0].agent->deadline() <= now) {
        consent_lost_ = true;
        report(Event::What::consent_lost, "no ICE check for 30 seconds", out);
    }
    if (dtls_ && dtls_->deadline() <= now) {
        dtls_->on_deadline(now);
        drain_dtls(out);
    }
}

std::optional<base::Endpoint> Transport::remote() const {
    auto path = way_out(Content::rtp);
    return path ? std::optional(path->remote) : std::nullopt;
}

std::string Transport::obstacle() const {
    if (plan_.ice && !components_[0].agent->selected()) {
        if (drops_.wrong_ice_password > 0)
            return fmt::format("ICE checks come with a wrong password ({})", drops_.wrong_ice_password);
        return "no ICE check has come";
    }
    if (plan_.ice && consent_lost_)
        return "no ICE check for 30 seconds: the peer is gone";
    if (dtls_failure_ != nullptr)
        return dtls_failure_;
    if (dtls_ && !keys_)
        return dtls_->state() == dtls::State::connected
                   ? "the DTLS handshake is done, but the peer's fingerprint is not known"
                   : "the DTLS handshake is not done";
    if (std::holds_alternative<NoKeys>(plan_.security))
        return "the descriptions agree on no SRTP key";
    if (drops_.forged > 0)
        return fmt::format("SRTP packets do not authenticate ({})", drops_.forged);
    if (stranger_)
        return fmt::format("packets come from {}, which was not negotiated", stranger_->text());
    return "";
}

void Transport::report(Event::What what, const char *reason, Outbox &out) const {
    out.events.push_back({owner_.session, owner_.side, what, reason});
}

} // namespace cord::engine::media
