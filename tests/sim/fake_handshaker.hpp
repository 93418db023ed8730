// A handshake without cryptography, for virtual time: three flights that are sent again until they are
// answered.
#pragma once

#include <utility>

#include "engine/dtls/handshaker.hpp"

namespace cord::sim {

/// The client says hello until the server answers, the server answers until the client is done. The keys are
/// always the same, and so is the certificate.
class FakeHandshaker final : public engine::dtls::Handshaker {
  public:
    explicit FakeHandshaker(engine::dtls::Role role) : client_(role == engine::dtls::Role::client) {}

    void start(base::Time now) override;
    void receive(base::Bytes datagram, base::Time now) override;
    void on_deadline(base::Time now) override;
    void close() override { deadline_ = base::never; }
    [[nodiscard]] base::Time deadline() const override { return deadline_; }
    [[nodiscard]] std::vector<std::vector<std::uint8_t>> take_datagrams() override {
        return std::exchange(out_, {});
    }
    [[nodiscard]] engine::dtls::State state() const override {
        return done_ ? engine::dtls::State::connected : engine::dtls::State::handshaking;
    }
    [[nodiscard]] const char *failure() const override { return ""; }
    [[nodiscard]] bool peer_is(const std::vector<engine::dtls::Fingerprint> &expected) const override {
        return expected.size() == 1 && expected[0].value == "FA:CE";
    }
    [[nodiscard]] std::optional<engine::dtls::SrtpKeys> keys() const override;

  private:
    enum Flight : std::uint8_t { hello = 1, answer = 2, finished = 3 };
    void say(Flight flight, base::Time now, bool until_answered);

    bool client_;
    bool done_ = false;
    Flight last_ = hello;
    base::Time deadline_ = base::never;
    std::vector<std::vector<std::uint8_t>> out_;
};

class FakeHandshakers final : public engine::dtls::HandshakerFactory {
  public:
    [[nodiscard]] std::unique_ptr<engine::dtls::Handshaker> make(engine::dtls::Role role) override {
        return std::make_unique<FakeHandshaker>(role);
    }
    [[nodiscard]] const engine::dtls::Fingerprint &fingerprint() const override { return fingerprint_; }

  private:
    engine::dtls::Fingerprint fingerprint_{"sha-256", "FA:CE"};
};

} // namespace cord::sim
