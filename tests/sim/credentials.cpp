#include "sim/credentials.hpp"

#include "engine/digest/authenticator.hpp"
#include "wire/sip/auth.hpp"
#include "wire/sip/headers.hpp"

namespace cord::sim {

using namespace wire::sip;
namespace digest = engine::digest;

Credentials answer_challenge(const Message &challenge, const std::string &user, const std::string &password,
                             const std::string &uri, base::Random &random) {
    const bool proxy = challenge.status() == 407;
    const auto text = challenge.header(proxy ? HeaderId::proxy_authenticate : HeaderId::www_authenticate);
    const auto asked = text ? AuthValue::parse(*text) : base::fail("no challenge");
    if (!asked)
        return {};
    digest::Credentials c;
    c.username = user;
    c.realm = asked->param("realm").value_or("");
    c.nonce = asked->param("nonce").value_or("");
    c.uri = uri;
    c.cnonce = random.token(8);
    c.nc = "00000001";
    c.qop_auth = true;
    c.algorithm = asked->param("algorithm") == "SHA-256" ? crypto::Hash::sha256 : crypto::Hash::md5;
    c.response = digest::expected_response(c, cseq(challenge)->method_name,
                                           digest::ha1(c.algorithm, user, c.realm, password));
    std::string value = "Digest username=\"" + user + "\",realm=\"" + c.realm + "\",nonce=\"" + c.nonce +
                        "\",uri=\"" + uri + "\",response=\"" + c.response + "\",cnonce=\"" + c.cnonce +
                        "\",nc=" + c.nc +
                        ",qop=auth,algorithm=" + std::string(digest::algorithm_name(c.algorithm));
    return {proxy ? HeaderId::proxy_authorization : HeaderId::authorization, std::move(value)};
}

} // namespace cord::sim
