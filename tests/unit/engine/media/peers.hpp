// The ends of a call for tests of the media engine, and the wire between them: a phone on plain RTP, a
// browser with a full ICE agent's checks, a real DTLS handshake and SRTP.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>

#include "crypto/random.hpp"
#include "engine/dtls/openssl.hpp"
#include "engine/media/engine.hpp"
#include "engine/srtp/context.hpp"
#include "wire/rtp/packet.hpp"
#include "wire/stun/message.hpp"

namespace cord::engine::media {

using Bytes = std::vector<std::uint8_t>;

[[nodiscard]] base::Endpoint at(const char *text);

/// An RTP packet.
[[nodiscard]] Bytes rtp(std::uint8_t payload_type, std::uint16_t sequence, std::uint32_t ssrc,
                        std::string_view payload = "payload", std::uint32_t timestamp = 0);
[[nodiscard]] wire::rtp::Packet view(const Bytes &packet);

/// The engine and the wire: what is sent arrives at the peer that has the address, at once.
class World {
  public:
    World();

    Engine engine;
    base::Time now{std::chrono::hours(1)};
    std::vector<Event> events;
    std::vector<OpenTranscoder> opened;
    std::vector<TranscodeId> closed;
    std::vector<std::pair<TranscodeId, Bytes>> transcodes;
    std::vector<std::pair<Overheard, Bytes>> overheard; // and the bytes, which do not last
    std::size_t lost = 0;                               // sent to nobody

    void attach(const base::Endpoint &address, std::function<void(PortId, Bytes)> receiver);
    /// From a peer to the engine.
    void send(PortId port, const base::Endpoint &from, const Bytes &bytes);
    void apply(SessionId session, const Plan &plan);
    void transcoded(TranscodeId id, const Bytes &rtp);
    /// Keys of 100 ms, or as the last argument says, toward the peer of a side.
    void press(std::uint8_t side, std::string_view digits,
               Key key = {.duration = std::chrono::milliseconds(100)});
    void request_key_frames(std::uint8_t side);
    /// Walks deadlines until `until`.
    void run(base::Time until);
    [[nodiscard]] bool saw(Event::What what, std::uint8_t side) const;
    [[nodiscard]] SideStatistics side(std::size_t n, SessionId session = 1) const {
        return engine.statistics(session, now).value().sides.at(n);
    }
    /// Why nothing is heard from the first stream of a side, as the statistics say it.
    [[nodiscard]] std::string silence(std::size_t n) const { return side(n).streams.at(0).silence; }

    [[nodiscard]] dtls::HandshakerFactory &handshakers() { return factory_; }

  private:
    void drain();
    void arrive();

    static crypto::SystemRandom random_;
    static dtls::OpenSslFactory factory_;
    struct Flying {
        PortId port;
        base::Endpoint peer;
        Bytes bytes;
        bool to_engine;
    };
    std::map<base::Endpoint, std::function<void(PortId, Bytes)>> peers_;
    std::deque<Flying> flying_;
    bool busy_ = false;
};

/// Sends and gets RTP and RTCP in the clear.
class Phone {
  public:
    Phone(World &world, base::Endpoint address);

    void send(PortId port, const Bytes &bytes) { world_.send(port, address, bytes); }

    base::Endpoint address;
    std::vector<Bytes> got;

  private:
    World &world_;
};

/// A WebRTC client: checks, shakes hands as `role`, protects.
class Browser {
  public:
    Browser(World &world, base::Endpoint address, dtls::Role role);

    /// Begins: a check that nominates. The handshake follows by itself.
    void connect(PortId port, const ice::Credentials &gateway);
    void send_rtp(Bytes bytes) { send(std::move(bytes), &srtp::Context::protect_rtp); }
    void send_rtcp(Bytes bytes) { send(std::move(bytes), &srtp::Context::protect_rtcp); }
    [[nodiscard]] bool secured() const { return outbound_.has_value(); }
    [[nodiscard]] dtls::Fingerprint fingerprint() const { return factory_.fingerprint(); }

    base::Endpoint address;
    std::string ufrag = "brow";
    std::vector<Bytes> got; // RTP and RTCP, opened
    std::size_t unreadable = 0;
    std::size_t stun_answers = 0;

  private:
    void receive(PortId port, Bytes bytes);
    void open(Bytes bytes);
    void drain_dtls();
    void send(Bytes bytes, srtp::Fault (srtp::Context::*protect)(srtp::Packet &));

    World &world_;
    PortId port_ = 0;
    dtls::OpenSslFactory factory_;
    std::unique_ptr<dtls::Handshaker> dtls_;
    std::optional<srtp::Context> outbound_;
    std::optional<srtp::Context> inbound_;
};

} // namespace cord::engine::media
