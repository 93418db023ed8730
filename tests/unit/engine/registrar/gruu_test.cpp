#include "engine/registrar/gruu.hpp"

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace cord;
using namespace cord::test;
using engine::locate::Binding;
using engine::registrar::GruuKey;
using wire::sip::Uri;

namespace {

constexpr const char *with_instance =
    "Supported: gruu\nContact: <sip:a@h1>;+sip.instance=\"<urn:uuid:AB-1>\"";

/// The value of a parameter of a Contact.
std::string param(const std::string &contact, std::string_view name) {
    std::size_t at = contact.find(fmt::format(";{}=\"", name));
    if (at == std::string::npos)
        return {};
    at += name.size() + 3;
    return contact.substr(at, contact.find('"', at) - at);
}

Binding binding() {
    Binding b;
    b.user = "anna b";
    b.domain = "example.org";
    b.instance = "urn:uuid:1";
    b.call_id = "c";
    return b;
}

} // namespace

TEST_CASE("RFC 5627 5.3: who supports GRUU and has an instance gets both kinds", "[registrar][gruu]") {
    Fixture f;
    auto outcome = f.process(request(with_instance));
    const std::string contact = f.contacts(outcome).at(0);
    CHECK(param(contact, "pub-gruu") == "sip:a@example.org;gr=urn:uuid:AB-1");
    const std::string temporary = param(contact, "temp-gruu");
    CHECK(temporary.starts_with("sip:tgruu."));
    CHECK(temporary.ends_with("@example.org;gr"));
    CHECK(f.contacts(f.process(request("Contact: <sip:a@h1>", "c", 2))).at(0).find("gruu") ==
          std::string::npos);
    auto without = f.process(request("Supported: gruu\nContact: <sip:a@h2>", "x"));
    CHECK(f.contacts(without).at(1).find("gruu") == std::string::npos);
}

TEST_CASE("RFC 5627 5.4: each REGISTER gives a new temporary GRUU, and the former ones hold",
          "[registrar][gruu]") {
    Fixture f;
    const std::string first = param(f.contacts(f.process(request(with_instance))).at(0), "temp-gruu");
    const std::string second =
        param(f.contacts(f.process(request(with_instance, "c", 2))).at(0), "temp-gruu");
    CHECK(first != second);
    const GruuKey &key = f.registrar.gruu_key();
    for (const std::string &text : {first, second}) {
        auto meaning = key.open(*Uri::parse(text));
        REQUIRE(meaning);
        CHECK(meaning->aor == "a@example.org");
        CHECK(key.names(*meaning, f.table.of("a@example.org").at(0)));
    }
    // With another Call-ID, all of them end.
    (void)f.process(request(with_instance, "other"));
    CHECK_FALSE(key.names(*key.open(*Uri::parse(first)), f.table.of("a@example.org").at(0)));
}

TEST_CASE("RFC 5627 5.1: a Contact that leads back to the address of record is refused",
          "[registrar][gruu]") {
    Fixture f;
    for (const char *uri :
         {"sip:a@example.org", "sip:a@EXAMPLE.org;gr=urn:uuid:1", "sip:tgruu.00@example.org;gr"}) {
        INFO(uri);
        auto text = fmt::format("Supported: gruu\nContact: <{}>;+sip.instance=\"<urn:uuid:1>\"", uri);
        CHECK(f.process(request(text)).answer.code == 403);
    }
    CHECK(f.process(request("Contact: <sip:a@example.org;transport=ws>;+sip.instance=\"<urn:uuid:1>\""))
              .answer.code == 200);
}

TEST_CASE("a temporary GRUU tells nobody else whose it is, and cannot be made by others",
          "[registrar][gruu]") {
    base::SeededRandom random(1), other_random(2);
    GruuKey key(random), other(other_random);
    const std::string text = *key.temporary(binding(), random);
    CHECK(text.find("anna") == std::string::npos);
    auto open = [](const GruuKey &by, const std::string &uri) { return by.open(*Uri::parse(uri)); };
    CHECK(open(key, text)->aor == "anna b@example.org");
    CHECK_FALSE(open(other, text));
    CHECK_FALSE(open(key, text.substr(0, text.find(";gr"))));
    CHECK_FALSE(open(key, "sip:tgruu.@example.org;gr"));
    CHECK_FALSE(open(key, "sip:tgruu.xyz@example.org;gr"));
    for (std::size_t i = text.find('.') + 1; i < text.find('@'); ++i) {
        std::string forged = text;
        forged[i] = forged[i] == '0' ? '1' : '0';
        CHECK_FALSE(open(key, forged));
    }
}

TEST_CASE("GRUUs of names of any length and letters", "[registrar][gruu]") {
    base::SeededRandom random(1);
    GruuKey key(random);
    Binding b = binding();
    CHECK(engine::registrar::public_gruu(b) == "sip:anna%20b@example.org;gr=urn:uuid:1");
    CHECK(engine::registrar::names_instance(*Uri::parse("sip:anna%20b@example.org;gr=URN:uuid:%31"), b));
    CHECK_FALSE(engine::registrar::names_instance(*Uri::parse("sip:anna%20b@example.org;gr"), b));
    for (std::size_t n : {1, 15, 16, 17, 200, 243}) {
        b.user = std::string(n, 'u');
        CHECK(key.open(*Uri::parse(*key.temporary(b, random)))->aor == b.user + "@example.org");
    }
    b.user = std::string(244, 'u');
    CHECK_FALSE(key.temporary(b, random));
}
