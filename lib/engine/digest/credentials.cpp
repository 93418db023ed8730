#include "engine/digest/credentials.hpp"

#include <charconv>
#include <optional>

#include "base/text.hpp"
#include "wire/sip/auth.hpp"

namespace cord::engine::digest {
namespace {

using base::fail;

} // namespace

std::optional<crypto::Hash> algorithm_from(std::string_view name) {
    for (auto hash : {crypto::Hash::md5, crypto::Hash::sha256, crypto::Hash::sha512_256})
        if (base::iequals(name, algorithm_name(hash)))
            return hash;
    return std::nullopt;
}

std::string_view algorithm_name(crypto::Hash hash) {
    switch (hash) {
    case crypto::Hash::sha256: return "SHA-256";
    case crypto::Hash::sha512_256: return "SHA-512-256";
    default: return "MD5";
    }
}

std::uint32_t Credentials::nonce_count() const {
    std::uint32_t count = 0;
    std::from_chars(nc.data(), nc.data() + nc.size(), count, 16);
    return count;
}

base::Result<Credentials> parse_credentials(std::string_view value) {
    auto auth = wire::sip::AuthValue::parse(base::trim(value));
    if (!auth)
        return tl::unexpected(auth.error());
    if (!auth->is_digest())
        return fail("the authentication scheme is not Digest");
    auto text = [&](std::string_view name) { return std::string(auth->param(name).value_or("")); };
    Credentials c{text("username"), text("realm"),  text("nonce"), text("uri"),
                  text("response"), text("cnonce"), text("nc")};
    if (c.username.empty() || c.nonce.empty() || c.response.empty())
        return fail("username, nonce or response is missing");
    if (auto algorithm = auth->param("algorithm")) {
        auto hash = algorithm_from(*algorithm);
        if (!hash)
            return fail("the digest algorithm is not one that was offered");
        c.algorithm = *hash;
    }
    if (auto qop = auth->param("qop")) {
        if (!base::iequals(*qop, "auth"))
            return fail("qop is not one that was offered");
        c.qop_auth = true;
        // RFC 7616 section 3.4: nc "MUST be specified if a qop directive is sent", and so must cnonce.
        if (c.nc.size() != 8 || c.cnonce.empty())
            return fail("nc or cnonce is missing");
    }
    return c;
}

} // namespace cord::engine::digest
