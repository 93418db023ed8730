// Any text as URI, name-addr and Via; two URIs in lines of their own are compared.
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "wire/sip/name_addr.hpp"
#include "wire/sip/via.hpp"

using namespace cord;
using namespace cord::wire::sip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto text = base::as_text(base::Bytes(data, size));
    (void)NameAddr::parse(text);
    (void)Via::parse(text);
    const auto [first, second] = base::cut(text, '\n');
    const auto a = Uri::parse(first);
    const auto b = Uri::parse(second);
    if (a) {
        CORD_ASSERT(Uri::parse(a->text)->params.text() == a->params.text());
        (void)aor_key(*a);
        // What is written in brackets is the same URI.
        const std::string bracketed = '<' + std::string(first) + '>';
        CORD_ASSERT(NameAddr::parse(bracketed)->uri.text == first);
    }
    if (a && b)
        CORD_ASSERT(equivalent(*a, *b) == equivalent(*b, *a));
    return 0;
}
