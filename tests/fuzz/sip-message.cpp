// Any bytes: a message is read, walked, edited and answered without harm, and untouched bytes come out as
// they went in.
#include "base/result.hpp"
#include "wire/sip/auth.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/edit.hpp"
#include "wire/sip/headers.hpp"
#include "wire/sip/received.hpp"
#include "wire/sip/validate.hpp"

using namespace cord;
using namespace cord::wire::sip;

namespace {

// Every view must lie inside the message.
void inside(const Message &m, std::string_view view) {
    if (!view.empty())
        CORD_ASSERT(m.offset_of(view) + view.size() <= m.bytes().size());
}

void walk(const Message &m) {
    inside(m, m.request_uri());
    inside(m, m.reason());
    inside(m, m.body());
    std::size_t at = m.start_line().size();
    for (const Field &field : m.fields()) {
        CORD_ASSERT(m.offset_of(field.line) >= at);
        at = m.offset_of(field.line) + field.line.size();
        inside(m, field.name);
        inside(m, field.value);
        (void)AuthValue::parse(field.value);
        for (const Value &value : m.values(field.id))
            inside(m, value.text);
    }
    for (HeaderId id : {HeaderId::contact, HeaderId::route, HeaderId::to})
        for (const Value &value : m.values(id))
            if (const auto address = NameAddr::parse(value.text)) {
                inside(m, address->uri.host);
                (void)q_value(address->params);
            }
}

void edit(const Message &m) {
    CORD_ASSERT(Edit(m).render() == m.bytes());
    Edit proxy(m);
    if (m.is_request())
        proxy.request_uri("sip:next@192.0.2.1");
    proxy.prepend(HeaderId::via, "SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK1");
    proxy.set(HeaderId::max_forwards, "69");
    if (const auto route = m.first_value(HeaderId::route))
        proxy.remove(*route);
    const auto edited = Message::parse(proxy.render());
    CORD_ASSERT(edited && edited->body() == m.body());
    if (!validate(m))
        CORD_ASSERT(!validate(*edited) && top_via(*edited)->host == "192.0.2.2");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto m = Message::parse(base::Bytes(data, size));
    if (!m)
        return 0;
    walk(*m);
    (void)validate(*m);
    (void)with_source(*m, base::Endpoint{{}, 5060});
    if (m->is_request())
        CORD_ASSERT(Message::parse(make_response(*m, 400, "", "tag").finish())->status() == 400);
    if (!m->fault())
        edit(*m);
    return 0;
}
