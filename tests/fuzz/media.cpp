// Datagrams of a length byte, a place byte and their bytes, to an engine with a phone, an ICE peer and a
// shared port.
#include "engine/media/engine.hpp"

#include <algorithm>

using namespace cord;
using namespace cord::engine;
using namespace cord::engine::media;

namespace {

/// No handshake ever ends.
class NoHandshake final : public dtls::Handshaker {
  public:
    void start(base::Time) override {}
    void receive(base::Bytes, base::Time) override {}
    void on_deadline(base::Time) override {}
    void close() override {}
    [[nodiscard]] base::Time deadline() const override { return base::never; }
    [[nodiscard]] std::vector<std::vector<std::uint8_t>> take_datagrams() override { return {}; }
    [[nodiscard]] dtls::State state() const override { return dtls::State::handshaking; }
    [[nodiscard]] const char *failure() const override { return ""; }
    [[nodiscard]] bool peer_is(const std::vector<dtls::Fingerprint> &) const override { return false; }
    [[nodiscard]] std::optional<dtls::SrtpKeys> keys() const override { return {}; }
};

class NoHandshakes final : public dtls::HandshakerFactory {
  public:
    [[nodiscard]] std::unique_ptr<dtls::Handshaker> make(dtls::Role) override {
        return std::make_unique<NoHandshake>();
    }
    [[nodiscard]] const dtls::Fingerprint &fingerprint() const override { return none_; }

  private:
    dtls::Fingerprint none_;
};

const base::Endpoint phone{{{192, 0, 2, 1}, false}, 4000};

PayloadRule pass(std::uint8_t type, const char *codec) {
    const Codec c = *wire::rtp::CodecSpec::parse(codec);
    return {.from = type, .to = type, .from_codec = c, .to_codec = c};
}

StreamEnd stream(Kind kind, std::vector<PayloadRule> rules) {
    StreamEnd end;
    end.kind = kind;
    end.incoming = std::move(rules);
    end.mid = kind == Kind::audio ? "0" : "1";
    end.mid_extension = 4;
    return end;
}

/// Port 1 and 2: a phone's RTP and RTCP, with audio and video on one transport; 3: plain toward another; 4:
/// ICE on a shared port.
Plan make_plan() {
    Plan plan;
    TransportPlan one;
    one.rtp = 1;
    one.rtcp = 2;
    one.remote_rtp = phone;
    TransportPlan two;
    two.rtp = 3;
    two.remote_rtp = phone;
    TransportPlan ice;
    ice.rtp = 4;
    ice.ice = IcePlan{{"frag", "password"}, ""};
    const auto audio = stream(Kind::audio, {pass(8, "pcma/8000"), pass(101, "telephone-event/8000")});
    const auto video = stream(Kind::video, {pass(96, "vp8/90000")});
    plan.sides[0] = {{one}, {audio, video}};
    plan.sides[1] = {{two, ice}, {audio, video}};
    plan.sides[1].streams[1]->transport = 1;
    return plan;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    NoHandshakes handshakes;
    base::SeededRandom random(1);
    Engine engine(handshakes, random);
    const base::Time now{std::chrono::hours(1)};
    engine.share(4);
    engine.apply(1, make_plan(), now);
    base::ByteReader r({data, size});
    while (r.left() > 2) {
        const std::size_t length = r.u8();
        const PortId port = r.u8() % 5;
        const base::Bytes bytes = r.take(std::min(length, r.left()));
        std::vector<std::uint8_t> room(head_room + bytes.size() + tail_room);
        std::copy(bytes.begin(), bytes.end(), room.begin() + head_room);
        engine.receive(port, phone, {room.data() + head_room, bytes.size()}, now);
        engine.outbox().clear();
    }
    (void)engine.statistics(1, now);
    return 0;
}
