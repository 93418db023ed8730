#include "crypto/certificate.hpp"

#include <sys/stat.h>

#include <fstream>

#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace cord;
using crypto::Certificate;
using tests::Folder;

namespace {

const std::vector<std::string> names{"gateway.example", "192.0.2.1", "2001:db8::1"};
const base::UnixTime now{std::chrono::seconds(1'795'416'131)};

mode_t mode_of(const std::string &p) {
    struct stat status {};
    return stat(p.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
}

} // namespace

TEST_CASE("a certificate of our own survives saving and loading", "[crypto]") {
    Folder folder;
    const std::string chain = folder.path + "/cert.pem";
    const std::string key = folder.path + "/key.pem";
    auto made = Certificate::self_signed(names, now);
    REQUIRE(made);
    CHECK(made->fingerprint().size() == 32 * 3 - 1);
    CHECK(made->expires() == now + std::chrono::hours(24 * 396));
    REQUIRE(made->save(chain, key));
    CHECK(mode_of(key) == 0600);
    auto loaded = Certificate::load(chain, key);
    REQUIRE(loaded);
    CHECK(loaded->fingerprint() == made->fingerprint());
    CHECK(loaded->key_pem() == made->key_pem());
}

TEST_CASE("certificate and key in one file are private together", "[crypto]") {
    Folder folder;
    const std::string both = folder.path + "/both.pem";
    auto made = Certificate::self_signed(names, now);
    REQUIRE(made);
    REQUIRE(made->save(both, both));
    CHECK(mode_of(both) == 0600);
    auto loaded = Certificate::load(both, both);
    REQUIRE(loaded);
    CHECK(loaded->fingerprint() == made->fingerprint());
}

TEST_CASE("what cannot be used as a certificate says why", "[crypto]") {
    Folder folder;
    const std::string chain = folder.path + "/cert.pem";
    const std::string key = folder.path + "/key.pem";
    auto one = Certificate::self_signed(names, now);
    auto two = Certificate::self_signed(names, now);
    REQUIRE(one);
    REQUIRE(two);
    REQUIRE(one->save(chain, key));
    REQUIRE(chmod(key.c_str(), 0640) == 0);
    CHECK(Certificate::load(chain, key).error().text() == "the key file can be read by others; chmod 600 it");
    CHECK(Certificate::load(folder.path + "/none", key).error().text() == "cannot open the certificate file");
    CHECK(Certificate::load(chain, folder.path + "/none").error().text() == "cannot open the key file");
    CHECK(Certificate::from_pem(one->chain_pem(), two->key_pem()).error().text() ==
          "the private key belongs to another certificate");
    CHECK(Certificate::from_pem("", one->key_pem()).error().text() == "no certificate in PEM");
    CHECK(Certificate::from_pem(one->chain_pem(), "x").error().text() ==
          "no private key in PEM, or one with a passphrase");
    CHECK(Certificate::self_signed({}, now).error().text() == "a certificate needs a name");
    const std::vector<std::string> sly{"a.example,email:x@example"};
    CHECK(Certificate::self_signed(sly, now).error().text() ==
          "not a host name that a certificate can carry");
    CHECK_FALSE(one->save(folder.path + "/no/such/cert", folder.path + "/no/such/key"));
}
