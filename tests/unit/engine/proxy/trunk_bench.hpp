// Two trunks, a user who calls, and what is not in the DNS.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "calls.hpp"
#include "engine/proxy/dial_plan.hpp"

namespace cord::test {

inline engine::proxy::Trunk trunk_named(const std::string &name) {
    engine::proxy::Trunk trunk;
    trunk.name = name;
    trunk.server = trunk.host = name + ".example";
    trunk.place = {trunk.host, {}, {}, false};
    return trunk;
}

inline engine::proxy::Config with_trunks(std::vector<engine::proxy::Trunk> trunks,
                                         std::vector<engine::proxy::Rule> rules) {
    engine::proxy::Config config = Bench::default_config();
    config.dial_plan = std::make_shared<engine::proxy::DialPlan>(std::move(trunks), std::move(rules));
    return config;
}

struct Trunks {
    Bench bench;
    Client &caller = bench.phone("1001", "10.77.0.21:5060");
    Client &a = bench.phone("server-a", "10.77.0.91:5060");
    Client &b = bench.phone("server-b", "10.77.0.92:5060");

    explicit Trunks(std::vector<engine::proxy::Rule> rules)
        : Trunks(with_trunks({trunk_named("a"), trunk_named("b")}, std::move(rules))) {}
    explicit Trunks(engine::proxy::Config config) : bench(std::move(config)) {
        bench.places["a.example"] = {"udp:10.77.0.91:5060"};
        bench.places["b.example"] = {"udp:10.77.0.92:5060"};
    }
    void call(std::string_view number, std::string_view extra = "") {
        bench.send_with_password(caller, invite(caller, number, phone_sdp, extra));
    }
    /// A response that asks for credentials.
    static std::string challenge(const wire::sip::Message &request, bool proxy) {
        std::string text = respond(request, proxy ? 407 : 401, "x");
        return text.insert(text.find("\r\n") + 2,
                           std::string(proxy ? "Proxy" : "WWW") +
                               "-Authenticate: Digest realm=\"far\", nonce=\"n\", qop=\"auth\"\r\n");
    }
};

} // namespace cord::test
