// Messages from two clients at an open proxy: the first byte of each, after a NUL, says who sends it and how
// long it takes until the next.
#include <chrono>

#include "engine/proxy/core.hpp"

using namespace cord;
using namespace cord::engine;

namespace {

proxy::Config config() {
    proxy::Config c;
    c.authenticate = false;
    c.domains = {"a.test"};
    proxy::Listener udp;
    udp.local = *base::Endpoint::parse("10.0.0.1:5060");
    proxy::Listener ws = udp;
    ws.transport = proxy::Transport::ws;
    c.listeners = {udp, ws};
    c.breakers = 1;
    return c;
}

void answer_all(proxy::Core &core, base::Now now) {
    for (auto effects = core.take_effects(); !effects.empty(); effects = core.take_effects())
        for (proxy::Effect &effect : effects) {
            if (auto *store = std::get_if<proxy::Store>(&effect))
                core.on_stored(store->token, store->changes.size() % 2 == 1, now);
            else if (auto *look = std::get_if<proxy::LookUser>(&effect))
                core.on_user(look->token, {}, now);
            else if (auto *question = std::get_if<proxy::Resolve>(&effect))
                core.on_resolved(question->token, {}, now);
            else if (auto *ask = std::get_if<proxy::AskBreaker>(&effect))
                core.on_breaker(ask->token, "d6:result2:ok3:sdp25:v=0\r\no=- 0 0 IN IP4 0\r\n\r\n\r\ne", now);
        }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    base::SeededRandom random(1);
    proxy::Core core(config(), random);
    base::Now now{base::Time(std::chrono::seconds(1)), base::UnixTime(std::chrono::seconds(1'700'000'000))};
    std::string_view rest = base::as_text({data, size});
    while (!rest.empty()) {
        std::string_view piece = rest.substr(0, rest.find('\0'));
        rest.remove_prefix(std::min(rest.size(), piece.size() + 1));
        std::uint8_t how = piece.empty() ? 0 : static_cast<std::uint8_t>(piece[0]);
        proxy::Flow flow{proxy::Transport::udp, 0, 0, *base::Endpoint::parse("10.0.0.1:5060"),
                         *base::Endpoint::parse("10.0.0.2:5060")};
        if (how % 2 == 1)
            flow = {proxy::Transport::ws, 1, 1u + how % 4, flow.local, *base::Endpoint::parse("10.0.0.3:9")};
        if (how == 'X')
            core.on_flow_closed(flow, now);
        else if (!piece.empty())
            core.on_message(flow, base::as_bytes(piece.substr(1)), now);
        answer_all(core, now);
        now.mono += std::chrono::milliseconds(how * 40);
        now.unix += std::chrono::milliseconds(how * 40);
        core.on_timer(now);
        answer_all(core, now);
    }
    return 0;
}
