// One side's way to its peer: ICE-lite, DTLS or SDES, SRTP, and the peer's address. Plain RTP and RTCP are
// what is inside.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "engine/media/datagram.hpp"
#include "engine/media/effect.hpp"
#include "engine/media/peer_address.hpp"
#include "engine/media/plan.hpp"
#include "engine/media/statistics.hpp"
#include "engine/srtp/context.hpp"

namespace cord::engine::media {

/// Whose transport it is, for events.
struct Owner {
    SessionId session = 0;
    std::uint8_t side = 0;
};

/// Where a datagram came in, and what it is.
struct Arrival {
    PortId port = 0;
    base::Endpoint from;
    Content content{};
};

class Transport {
  public:
    Transport(Owner owner, dtls::HandshakerFactory &handshakers)
        : owner_(owner), handshakers_(&handshakers) {}

    /// Takes a new plan; what is equal to the old one keeps its state.
    void apply(const TransportPlan &plan, base::Time now, Outbox &out);
    [[nodiscard]] const TransportPlan &plan() const { return plan_; }

    /// `rtp` or `rtcp` when the datagram is now such a packet in the clear and the peer's; else it has been
    /// consumed.
    Content receive(const Arrival &arrival, Datagram &datagram, base::Time now, Outbox &out);

    /// Protects the packet in place and sends it; else the cause why it is not sent.
    [[nodiscard]] Drops::Cause send(Content content, Datagram &datagram, Outbox &out);

    /// Tells a DTLS peer that this ends.
    void close(Outbox &out);

    [[nodiscard]] base::Time deadline() const;
    void on_deadline(base::Time now, Outbox &out);

    /// True once after keys have become usable.
    [[nodiscard]] bool take_secured() { return std::exchange(newly_secured_, false); }
    /// Where a good check has come from in the last call, for a port that several sessions share.
    [[nodiscard]] std::optional<base::Endpoint> take_valid_remote() {
        return std::exchange(valid_remote_, {});
    }

    void count_malformed() { ++drops_.malformed; }
    [[nodiscard]] const Drops &drops() const { return drops_; }
    [[nodiscard]] std::optional<base::Endpoint> remote() const;
    /// What keeps packets from coming, in one line; empty when nothing here does.
    [[nodiscard]] std::string obstacle() const;

  private:
    /// RTP, and RTCP where it is not multiplexed.
    struct Component {
        PeerAddress peer;
        std::optional<ice::Agent> agent;
    };
    struct Keys {
        srtp::Context outbound;
        srtp::Context inbound;
    };

    [[nodiscard]] Component &component_of(PortId port) { return components_[plan_.rtcp == port ? 1 : 0]; }
    [[nodiscard]] bool is_plain() const { return std::holds_alternative<PlainRtp>(plan_.security); }
    void apply_ice(const std::optional<IcePlan> &before);
    void apply_dtls(const TransportPlan &before, base::Time now, Outbox &out);
    void apply_sdes(const TransportPlan &before);
    void receive_stun(const Arrival &arrival, const Datagram &datagram, base::Time now, Outbox &out);
    void receive_dtls(const Arrival &arrival, const Datagram &datagram, base::Time now, Outbox &out);
    [[nodiscard]] Content receive_media(const Arrival &arrival, Datagram &datagram);
    [[nodiscard]] bool open(Content content, Datagram &datagram);
    [[nodiscard]] bool is_peer(const Arrival &arrival);
    void start_dtls(base::Time now, Outbox &out);
    void drain_dtls(Outbox &out);
    void send_dtls(Outbox &out);
    void install_keys(Outbox &out);
    [[nodiscard]] std::optional<ice::Path> way_out(Content content) const;
    void report(Event::What what, const char *reason, Outbox &out) const;

    Owner owner_;
    dtls::HandshakerFactory *handshakers_;
    TransportPlan plan_;
    std::array<Component, 2> components_;
    std::unique_ptr<dtls::Handshaker> dtls_;
    bool dtls_started_ = false;
    bool dtls_reported_ = false;
    const char *dtls_failure_ = nullptr;
    std::optional<Keys> keys_;
    bool newly_secured_ = false;
    bool consent_lost_ = false;
    std::optional<base::Endpoint> valid_remote_;
    std::optional<base::Endpoint> stranger_;
    Drops drops_;
};

} // namespace cord::engine::media
