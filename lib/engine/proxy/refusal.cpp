#include "engine/proxy/refusal.hpp"

#include "engine/proxy/processor.hpp"
#include "engine/proxy/state.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::proxy {
namespace {

/// What an answer without words of its own means here.
std::string_view meaning(int code) {
    constexpr std::pair<int, std::string_view> meanings[] = {
        {404, "there is no such user"},
        {408, "nobody answered in time"},
        {416, "the Request-URI is neither sip nor sips"},
        {420, "it asks for an extension that is not known here"},
        {440, "it was forked more widely than its Max-Breadth allows"},
        {480, "the user has no contact that can be reached"},
        {481, "it belongs to no call that is known here"},
        {482, "it has been here before, unchanged"},
        {483, "its Max-Forwards is used up"},
        {484, "it names no user"},
        {488, "the media gateway cannot make its session description fit the other side"},
        {503, "the next hop, or the media gateway, cannot be reached"}};
    for (auto [known, words] : meanings)
        if (known == code)
            return words;
    return wire::sip::reason_phrase(static_cast<std::uint16_t>(code));
}

} // namespace

void note_refusal(State &s, const Exchange &e, int code, std::string_view reason) {
    const bool challenge = code == 401 || code == 407;
    if (code < 300 || code == 487 || (challenge && e.why.empty()))
        return;
    const std::string_view why = !e.why.empty() ? e.why : !reason.empty() ? reason : meaning(code);
    note_refusal(s, e.request, e.flow, code, rule_at(e.step), why);
}

void note_refusal(State &s, const wire::sip::Message &request, const transaction::Flow &flow, int code,
                  std::string_view rule, std::string_view why) {
    if (!s.config.explain)
        return;
    auto aor = [](const auto &address) { return address ? wire::sip::aor_key(address->uri) : std::string(); };
    s.event("refused", {{"method", std::string(request.method_name())},
                        {"uri", std::string(request.request_uri())},
                        {"from", aor(wire::sip::from(request))},
                        {"to", aor(wire::sip::to(request))},
                        {"call_id", std::string(request.call_id())},
                        {"src", flow.remote.text()},
                        {"transport", std::string(transaction::name(flow.transport))},
                        {"code", std::int64_t{code}},
                        {"rule", std::string(rule)},
                        {"why", std::string(why)}});
}

} // namespace cord::engine::proxy
