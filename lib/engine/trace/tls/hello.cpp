#include "engine/trace/tls/hello.hpp"

#include <algorithm>

namespace cord::engine::trace::tls {
namespace {

// RFC 8446 section 4.1.3: "the HelloRetryRequest message uses the same structure as the ServerHello, but with
// Random set to the special value of the SHA-256 of "HelloRetryRequest"".
constexpr Random retry_random = {0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
                                 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
                                 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C};

Random random_of(base::Bytes b) {
    Random out{};
    std::copy(b.begin(), b.end(), out.begin());
    return out;
}

} // namespace

std::optional<ClientHello> ClientHello::parse(base::Bytes body) {
    base::ByteReader in(body);
    in.skip(2); // legacy_version
    const ClientHello out{random_of(in.take(sizeof(Random)))};
    return in.ok() ? std::optional(out) : std::nullopt;
}

std::optional<ServerHello> ServerHello::parse(base::Bytes body) {
    constexpr std::uint16_t encrypt_then_mac = 22;
    constexpr std::uint16_t supported_versions = 43;
    ServerHello out;
    base::ByteReader in(body);
    out.version = in.u16();
    out.random = random_of(in.take(sizeof(Random)));
    in.skip(in.u8()); // session
    out.suite = in.u16();
    in.skip(1); // compression
    if (!in.ok())
        return std::nullopt;
    out.retry = out.random == retry_random;
    // RFC 5246 section 7.4.1.3: there may be no extensions at all.
    base::ByteReader extensions(in.left() > 0 ? in.take(in.u16()) : base::Bytes{});
    while (extensions.left() >= 4) {
        const std::uint16_t type = extensions.u16();
        const base::Bytes value = extensions.take(extensions.u16());
        if (type == supported_versions && value.size() == 2)
            out.version = base::load16(value.data());
        out.encrypt_then_mac |= type == encrypt_then_mac;
    }
    return out;
}

} // namespace cord::engine::trace::tls
