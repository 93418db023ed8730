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

/// The temporary GRUU of the first Contact in the answer.
std::string temporary_in(Fixture &f, const Outcome &outcome) {
    return param(f.contacts(outcome).at(0), "temp-gruu");
}

/// Whose it is.
std::string owner(Fixture &f, const std::string &gruu) {
    return f.table.aor_of(f.registrar.gruu_key().open(*Uri::parse(gruu)).value_or(0));
}

} // namespace

TEST_CASE("RFC 5627 5.2: who supports GRUU and has an instance gets both kinds", "[registrar][gruu]") {
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

TEST_CASE("RFC 5627 5.1: each REGISTER gives a new temporary GRUU, and the former ones hold",
          "[registrar][gruu]") {
    Fixture f;
    const std::string first = temporary_in(f, f.process(request(with_instance)));
    const std::string second = temporary_in(f, f.process(request(with_instance, "c", 2)));
    CHECK(first != second);
    CHECK(owner(f, first) == "a@example.org");
    CHECK(owner(f, second) == "a@example.org");
    // "If it differs from the one in the REGISTER request, the registrar MUST invalidate all previously
    // generated temporary GRUUs for the AOR and instance ID."
    const std::string third = temporary_in(f, f.process(request(with_instance, "other")));
    CHECK(owner(f, first).empty());
    CHECK(owner(f, second).empty());
    CHECK(owner(f, third) == "a@example.org");
}

TEST_CASE("RFC 5627 5.3: temporary GRUUs end with the last Contact, for good", "[registrar][gruu]") {
    Fixture f;
    const std::string first = temporary_in(f, f.process(request(with_instance)));
    (void)f.process(request(std::string(with_instance) + ";expires=0", "c", 2));
    CHECK(owner(f, first).empty());
    const std::string second = temporary_in(f, f.process(request(with_instance, "c", 3)));
    CHECK(owner(f, first).empty());
    CHECK(owner(f, second) == "a@example.org");
}

TEST_CASE("RFC 5627 5.4: flows of one instance share their temporary GRUUs", "[registrar][gruu]") {
    Fixture f;
    auto flow = [&](int reg_id, const char *call_id, int cseq, const char *more = "") {
        return f.process(request(fmt::format("Supported: gruu, outbound\nContact: <sip:a@h{0}>;reg-id={0};"
                                             "+sip.instance=\"<urn:uuid:AB-1>\"{1}",
                                             reg_id, more),
                                 call_id, cseq));
    };
    const std::string by_one = temporary_in(f, flow(1, "one", 1));
    const std::string by_two = temporary_in(f, flow(2, "two", 1));
    (void)flow(1, "one", 2, ";expires=0");
    CHECK(owner(f, by_one) == "a@example.org"); // it leads to the other
    CHECK(owner(f, by_two) == "a@example.org");
    // A flow that is registered by another Call-ID ends those of both.
    (void)flow(1, "one", 3);
    CHECK(owner(f, by_one) == "a@example.org");
    (void)flow(2, "third", 1);
    CHECK(owner(f, by_one).empty());
    CHECK(f.table.of("a@example.org").at(0).gruus == f.table.of("a@example.org").at(1).gruus);
}

TEST_CASE("RFC 5627 5.1: a Contact that leads back to the address of record is refused",
          "[registrar][gruu]") {
    Fixture f;
    for (const char *uri : {"sip:a@example.org", "sip:%61@example.org;x=y", "sip:a@EXAMPLE.org;gr=urn:uuid:1",
                            "sip:tgruu.00@example.org;gr"}) {
        INFO(uri);
        auto text = fmt::format("Supported: gruu\nContact: <{}>;+sip.instance=\"<urn:uuid:1>\"", uri);
        CHECK(f.process(request(text)).answer.code == 403);
        // "If present with a non-zero expiration": there is nothing to refuse in an end.
        CHECK(f.process(request(text + ";expires=0")).answer.code == 200);
    }
    CHECK(f.process(request("Contact: <sip:a@example.org;transport=ws>;+sip.instance=\"<urn:uuid:1>\""))
              .answer.code == 200);
}

TEST_CASE("a temporary GRUU tells nobody else whose it is, and cannot be made by others",
          "[registrar][gruu]") {
    base::SeededRandom random(1), other_random(2);
    GruuKey key(random), other(other_random);
    const std::string text = key.temporary(7, "example.org", random);
    // Two of one instance are as different as any, and all are alike.
    CHECK(text.size() == key.temporary(UINT64_MAX, "example.org", random).size());
    const std::string again = key.temporary(7, "example.org", random);
    std::size_t same = 0;
    for (std::size_t i = 10; i < text.find('@'); ++i)
        same += text[i] == again[i];
    CHECK(same < 12);
    auto open = [](const GruuKey &by, const std::string &uri) { return by.open(*Uri::parse(uri)); };
    CHECK(open(key, text) == 7);
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

TEST_CASE("public GRUUs of names of any letters", "[registrar][gruu]") {
    Binding b;
    b.user = "anna b";
    b.domain = "example.org";
    b.instance = "urn:uuid:1";
    CHECK(engine::registrar::public_gruu(b) == "sip:anna%20b@example.org;gr=urn:uuid:1");
    CHECK(engine::registrar::names_instance(*Uri::parse("sip:anna%20b@example.org;gr=URN:uuid:%31"), b));
    CHECK_FALSE(engine::registrar::names_instance(*Uri::parse("sip:anna%20b@example.org;gr"), b));
}
