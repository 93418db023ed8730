#include "sim/fake_handshaker.hpp"

namespace cord::sim {

using engine::srtp::MasterKey;
using engine::srtp::Suite;

namespace {

constexpr std::uint8_t handshake = 22; // the first byte of a DTLS record that is one

MasterKey key(std::uint8_t fill) {
    const std::vector<std::uint8_t> bytes(MasterKey::size(Suite::aead_aes_128_gcm), fill);
    return {Suite::aead_aes_128_gcm, bytes};
}

} // namespace

void FakeHandshaker::start(base::Time now) {
    if (client_)
        say(hello, now, true);
}

void FakeHandshaker::receive(base::Bytes datagram, base::Time now) {
    if (datagram.size() != 2 || datagram[0] != handshake)
        return;
    const std::uint8_t flight = datagram[1];
    if (!client_ && flight == hello && !done_)
        return say(answer, now, true);
    if (!(client_ ? flight == answer : flight == finished))
        return;
    done_ = true;
    deadline_ = base::never;
    if (client_)
        say(finished, now, false); // again for each answer that comes again
}

void FakeHandshaker::say(Flight flight, base::Time now, bool until_answered) {
    last_ = flight;
    out_.push_back({handshake, flight});
    deadline_ = until_answered ? now + std::chrono::milliseconds(100) : base::never;
}

void FakeHandshaker::on_deadline(base::Time now) {
    if (now >= deadline_)
        say(last_, now, true);
}

std::optional<engine::dtls::SrtpKeys> FakeHandshaker::keys() const {
    if (!done_)
        return std::nullopt;
    return client_ ? engine::dtls::SrtpKeys{key(1), key(2)} : engine::dtls::SrtpKeys{key(2), key(1)};
}

} // namespace cord::sim
