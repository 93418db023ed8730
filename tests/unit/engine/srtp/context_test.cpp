#include "engine/srtp/context.hpp"

#include "base/limits.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::engine::srtp;

namespace {

/// A packet with room to grow.
struct Buffer {
    explicit Buffer(std::string_view hex) {
        std::string octets = *base::from_hex(hex);
        std::copy(octets.begin(), octets.end(), room.begin());
        packet = {room.data(), octets.size()};
    }
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;
    [[nodiscard]] std::string hex() const { return base::to_hex(packet.bytes()); }

    alignas(8) std::array<std::uint8_t, 256> room{};
    Packet packet;
};

MasterKey key_of(Suite suite) {
    std::vector<std::uint8_t> bytes(MasterKey::size(suite));
    base::SeededRandom(7).fill(bytes);
    return {suite, bytes};
}

std::string rtp(std::uint16_t sequence, std::string_view ssrc = "cafebabe") {
    std::array<std::uint8_t, 2> field;
    base::store16(field.data(), sequence);
    return "8008" + base::to_hex(field) + "00000001" + std::string(ssrc) + "0102030405060708090a";
}

const std::string receiver_report = "80c90001cafebabe";

Suite each_suite() {
    return GENERATE(Suite::aead_aes_256_gcm, Suite::aead_aes_128_gcm, Suite::aes_256_cm_hmac_sha1_80,
                    Suite::aes_256_cm_hmac_sha1_32, Suite::aes_cm_128_hmac_sha1_80,
                    Suite::aes_cm_128_hmac_sha1_32);
}

} // namespace

TEST_CASE("a whole packet, with the key of RFC 3711 appendix B.3", "[srtp]") {
    const std::string octets = *base::from_hex("e1f97a0d3e018be0d64fa32c06de4139"
                                               "0ec675ad498afeebb6960b3aabe6");
    const std::string plain = "800f1234decafbadcafebabeabababababababababababababababab";
    const std::string sealed = "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb";
    auto [suite, tag] = GENERATE(table<Suite, std::size_t>(
        {{Suite::aes_cm_128_hmac_sha1_80, 10}, {Suite::aes_cm_128_hmac_sha1_32, 4}}));
    const MasterKey key(suite, base::as_bytes(octets));
    Buffer buffer(plain);
    CHECK(Context(key, Direction::outbound).protect_rtp(buffer.packet) == Fault::none);
    CHECK(buffer.hex() == sealed.substr(0, plain.size() + 2 * tag));
    CHECK(Context(key, Direction::inbound).unprotect_rtp(buffer.packet) == Fault::none);
    CHECK(buffer.hex() == plain);
}

TEST_CASE("a whole SRTCP packet, with the key of RFC 3711 appendix B.3", "[srtp]") {
    const std::string octets = *base::from_hex("e1f97a0d3e018be0d64fa32c06de4139"
                                               "0ec675ad498afeebb6960b3aabe6");
    const MasterKey key(Suite::aes_cm_128_hmac_sha1_80, base::as_bytes(octets));
    Context outbound(key, Direction::outbound);
    Buffer buffer("81c8000bcafebabeabababababababababababababababab");
    CHECK(outbound.protect_rtcp(buffer.packet) == Fault::none);
    CHECK(buffer.hex() == "81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798");
}

TEST_CASE("every suite opens what it sealed, and nothing else", "[srtp]") {
    const Suite suite = each_suite();
    Context outbound(key_of(suite), Direction::outbound);
    Context inbound(key_of(suite), Direction::inbound);
    Buffer media(rtp(1));
    REQUIRE(outbound.protect_rtp(media.packet) == Fault::none);
    CHECK(media.packet.size == rtp(1).size() / 2 + facts(suite).rtp_tag);
    const std::string sealed = media.hex();
    media.room[13] ^= 1;
    CHECK(inbound.unprotect_rtp(media.packet) == Fault::forged);
    Buffer good(sealed);
    CHECK(inbound.unprotect_rtp(good.packet) == Fault::none);
    CHECK(good.hex() == rtp(1));
    Buffer again(sealed);
    CHECK(inbound.unprotect_rtp(again.packet) == Fault::replayed);

    Buffer report(receiver_report);
    REQUIRE(outbound.protect_rtcp(report.packet) == Fault::none);
    CHECK(report.packet.size == 8U + 4 + facts(suite).rtcp_tag);
    const std::string sealed_report = report.hex();
    report.room[5] ^= 1;
    CHECK(inbound.unprotect_rtcp(report.packet) == Fault::forged);
    Buffer good_report(sealed_report);
    CHECK(inbound.unprotect_rtcp(good_report.packet) == Fault::none);
    CHECK(good_report.hex() == receiver_report);
    Buffer report_again(sealed_report);
    CHECK(inbound.unprotect_rtcp(report_again.packet) == Fault::replayed);
}

TEST_CASE("sequence numbers wrap, packets overtake each other", "[srtp]") {
    const Suite suite = each_suite();
    Context outbound(key_of(suite), Direction::outbound);
    Context inbound(key_of(suite), Direction::inbound);
    std::vector<std::unique_ptr<Buffer>> late;
    bool all = true;
    for (std::uint32_t n = 0; n < 140'000; n += 7) {
        auto buffer = std::make_unique<Buffer>(rtp(static_cast<std::uint16_t>(n)));
        all &= outbound.protect_rtp(buffer->packet) == Fault::none;
        late.push_back(std::move(buffer));
        if (late.size() == 5) {
            for (std::size_t at : {4, 0, 2, 1, 3})
                all &= inbound.unprotect_rtp(late[at]->packet) == Fault::none;
            late.clear();
        }
    }
    CHECK(all);
}

TEST_CASE("runts are refused", "[srtp]") {
    const Suite suite = each_suite();
    Context outbound(key_of(suite), Direction::outbound);
    Context inbound(key_of(suite), Direction::inbound);
    for (const char *hex :
         {"", "80", "800800010000000", "9008000100000001cafebabe", "bf08000100000001cafebabe"}) {
        Buffer buffer(std::string_view(hex).substr(0, std::string_view(hex).size() & ~1U));
        CHECK(inbound.unprotect_rtp(buffer.packet) != Fault::none);
        CHECK(inbound.unprotect_rtcp(buffer.packet) != Fault::none);
        CHECK(outbound.protect_rtp(buffer.packet) == Fault::malformed);
    }
}

TEST_CASE("a session has room for many sources, and no more", "[srtp]") {
    Context outbound(key_of(Suite::aead_aes_128_gcm), Direction::outbound);
    Fault last = Fault::none;
    std::size_t sources = 0;
    for (std::uint32_t ssrc = 0; last == Fault::none; ++ssrc) {
        Buffer buffer(rtp(1));
        base::store32(&buffer.room[8], ssrc);
        last = outbound.protect_rtp(buffer.packet);
        sources += last == Fault::none ? 1 : 0;
    }
    CHECK(last == Fault::too_many);
    CHECK(sources == base::limits::srtp_sources);
}

TEST_CASE("forgeries make no source known", "[srtp]") {
    Context inbound(key_of(Suite::aes_cm_128_hmac_sha1_80), Direction::inbound);
    for (std::uint32_t ssrc = 0; ssrc < 2 * base::limits::srtp_sources; ++ssrc) {
        Buffer buffer(rtp(1) + "00112233445566778899");
        base::store32(&buffer.room[8], ssrc);
        REQUIRE(inbound.unprotect_rtp(buffer.packet) == Fault::forged);
    }
    Context outbound(key_of(Suite::aes_cm_128_hmac_sha1_80), Direction::outbound);
    Buffer good(rtp(1));
    REQUIRE(outbound.protect_rtp(good.packet) == Fault::none);
    CHECK(inbound.unprotect_rtp(good.packet) == Fault::none);
}

TEST_CASE("suites by name", "[srtp]") {
    CHECK(suite_by_name("AEAD_AES_256_GCM") == Suite::aead_aes_256_gcm);
    CHECK(suite_by_name("aes_cm_128_hmac_sha1_80") == Suite::aes_cm_128_hmac_sha1_80);
    CHECK_FALSE(suite_by_name("F8_128_HMAC_SHA1_80"));
    for (const SuiteFacts &f : suites)
        CHECK(facts(f.suite).sdes_name == f.sdes_name);
}
