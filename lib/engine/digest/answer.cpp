#include "engine/digest/answer.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/digest/authenticator.hpp"
#include "wire/sip/auth.hpp"

namespace cord::engine::digest {
namespace {

bool lists(std::string_view values, std::string_view wanted) {
    bool found = false;
    base::split(values, ',',
                [&](std::string_view value) { found = found || base::iequals(base::trim(value), wanted); });
    return found;
}

} // namespace

std::optional<std::string> answer(std::string_view challenge, const Login &login, std::string_view method,
                                  std::string_view uri, std::string cnonce) {
    auto auth = wire::sip::AuthValue::parse(base::trim(challenge));
    if (!auth || !auth->is_digest())
        return std::nullopt;
    const auto algorithm = auth->param("algorithm"), qop = auth->param("qop"), opaque = auth->param("opaque");
    // RFC 7616 section 3.3: "If the algorithm is not understood, the challenge SHOULD be ignored (and a
    // different one used, if there is more than one)"; without one it is MD5.
    const auto hash = algorithm ? algorithm_from(*algorithm) : crypto::Hash::md5;
    if (!hash || (qop && !lists(*qop, "auth")))
        return std::nullopt;
    Credentials c;
    c.realm = auth->param("realm").value_or("");
    c.nonce = auth->param("nonce").value_or("");
    c.uri = uri;
    c.nc = "00000001";
    c.cnonce = std::move(cnonce);
    c.qop_auth = qop.has_value();
    c.algorithm = *hash;
    std::string out = fmt::format(
        R"(Digest username="{}", realm="{}", nonce="{}", uri="{}", response="{}")", login.username, c.realm,
        c.nonce, c.uri, expected_response(c, method, ha1(*hash, login.username, c.realm, login.password)));
    if (algorithm)
        out += fmt::format(", algorithm={}", algorithm_name(*hash));
    // A server that offers no qop is one of RFC 2069, which knows neither of these.
    if (qop)
        out += fmt::format(R"(, qop=auth, nc={}, cnonce="{}")", c.nc, c.cnonce);
    // "A string of data, specified by the server, that SHOULD be returned by the client unchanged".
    if (opaque)
        out += fmt::format(R"(, opaque="{}")", *opaque);
    return out;
}

} // namespace cord::engine::digest
