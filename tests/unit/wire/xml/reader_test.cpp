#include "wire/xml/reader.hpp"

#include "support/catch.hpp"

using namespace cord::wire::xml;

namespace {

/// Tokens on one line: `<name`, `/name`, and text in quotes; `!reason` at the end when it is broken.
std::string tokens(std::string_view document) {
    Reader reader(document);
    std::string out;
    for (;;) {
        auto token = reader.next();
        if (!token)
            return out + "!" + token.error().reason;
        switch (token->kind) {
        case Token::Kind::start: out += "<" + token->text + " "; break;
        case Token::Kind::end: out += "/" + token->text + " "; break;
        case Token::Kind::text: out += "'" + token->text + "' "; break;
        case Token::Kind::done: return out;
        }
    }
}

} // namespace

TEST_CASE("tags and text, one after the other", "[xml]") {
    CHECK(tokens("<?xml version=\"1.0\"?><a><b x='>' y=\"/\">t</b ><c/></a>") == "<a <b 't' /b <c /c /a ");
    CHECK(tokens("<a><!-- <b> -->x<![CDATA[<&]]>y</a>") == "<a 'x' '<&' 'y' /a ");
    CHECK(tokens("") == "");
    CHECK(tokens("  ") == "'  ' ");
}

TEST_CASE("references are resolved, and only those that XML has", "[xml]") {
    CHECK(tokens("&lt;&gt;&amp;&apos;&quot;&#65;&#x20ac;&#x1F422;") == "'<>&'\"A€🐢' ");
    for (const char *bad : {"&", "&;", "&x;", "&amp", "&#;", "&#x;", "&#0;", "&#xD800;", "&#x110000;",
                            "&#-1;", "&#99999999999;"})
        CHECK(tokens(bad) == "!a reference to nothing that is known");
}

TEST_CASE("what is broken, or a document type, is refused", "[xml]") {
    for (const char *bad : {"<", "<a", "<>", "</>", "</a/>", "<a b='>", "<!-- ", "<![CDATA[ ", "<?x", "< a>",
                            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"})
        CHECK(tokens(bad).find('!') != std::string::npos);
}

TEST_CASE("text is escaped so that a reader gets it back", "[xml]") {
    CHECK(escaped("a<b>&\"c\"\r\n€") == "a&lt;b&gt;&amp;&quot;c&quot;&#13;\n€");
    CHECK(escaped(std::string_view("\0\x1b\xff", 3)) == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}
