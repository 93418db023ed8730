// Beside the proxy a server that knows no WebSocket, and a browser that registers with it through us.
#pragma once

#include <fmt/format.h>

#include "bench.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

namespace cord::test {

using engine::proxy::Config;
using wire::sip::HeaderId;
using wire::sip::Message;

inline const std::string own_contact = "sip:gb36@gfdl.invalid;transport=ws";

inline Config upstream_config(bool rewrite) {
    Config config = Bench::default_config();
    config.upstream = {{"pbx.example", {}, Transport::udp, false}, {"pbx.example"}, rewrite};
    return config;
}

struct Upstream {
    Bench bench;
    Client &bob = bench.browser("bob", "10.77.0.11:50000");
    Client &pbx = bench.phone("pbx", "10.77.0.80:5060");
    int requests = 0;

    explicit Upstream(bool rewrite = true) : Upstream(upstream_config(rewrite)) {}
    explicit Upstream(const Config &config) : bench(config) {
        bench.places["pbx.example"] = {"udp:10.77.0.80:5060"};
    }

    std::string request(std::string_view method, std::string_view uri, std::string_view extra = "",
                        std::string_view aor = "sip:bob@pbx.example") {
        ++requests;
        return message(fmt::format(R"({0} {1} SIP/2.0
            Via: SIP/2.0/WSS gfdl.invalid;branch=z9hG4bKb{2}
            Max-Forwards: 70
            To: <{3}>
            From: <sip:bob@pbx.example>;tag=b
            Call-ID: {0}
            CSeq: {2} {0}{4})",
                                   method, uri, requests, method == "REGISTER" ? aor : uri, extra));
    }
    void send_register(std::string_view extra = "") {
        bench.send(
            bob, request("REGISTER", "sip:pbx.example",
                         fmt::format("\nContact: <{}>;reg-id=1;+sip.instance=\"<urn:uuid:b1>\";expires=600\n"
                                     "Supported: path,gruu,outbound{}",
                                     own_contact, extra)));
    }
    /// Registers; gives what the server got.
    Message registered() {
        bob.inbox.clear();
        send_register();
        Message at_pbx = pbx.next("REGISTER");
        grant(at_pbx, fmt::format("<{}>;expires=60;received=\"sip:10.77.0.1:5060\"",
                                  (*wire::sip::first_name_addr(at_pbx, HeaderId::contact))->uri.text));
        return at_pbx;
    }
    void grant(const Message &request, const std::string &contacts) {
        auto ok = wire::sip::make_response(request, 200, {}, "pbx");
        ok.add(HeaderId::contact, contacts);
        bench.send(pbx, ok.finish());
    }
    void call(Client &from, std::string_view uri, std::string_view extra = "") {
        ++requests;
        bench.send(from, message(fmt::format(R"(INVITE {0} SIP/2.0
            Via: SIP/2.0/UDP {1}:5060;branch=z9hG4bKp{2}
            Max-Forwards: 70
            To: <sip:bob@pbx.example>
            From: <sip:carol@pbx.example>;tag=c{2}
            Call-ID: call-{2}
            CSeq: 1 INVITE
            Contact: <sip:carol@10.77.0.99:5060>{3})",
                                             uri, from.flow.remote.ip.text(), requests, extra),
                                 phone_sdp));
    }
};

inline std::string uri_in(const Message &m, HeaderId id) {
    return std::string((*wire::sip::first_name_addr(m, id))->uri.text);
}

} // namespace cord::test
