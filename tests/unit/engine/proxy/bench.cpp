#include "bench.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/digest/authenticator.hpp"
#include "support/catch.hpp"
#include "wire/bencode/bencode.hpp"
#include "wire/sip/auth.hpp"
#include "wire/sip/headers.hpp"

namespace cord::test {

using namespace engine::proxy;
using crypto::Hash;
using wire::sip::HeaderId;
using wire::sip::Message;

const char *const browser_sdp =
    "v=0\r\no=- 5559353194868621043 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "a=extmap-allow-mixed\r\na=msid-semantic: WMS 543e84ba\r\n"
    "m=audio 55548 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\r\nc=IN IP4 10.77.0.11\r\na=rtcp:9 IN IP4 "
    "0.0.0.0\r\n"
    "a=candidate:2064935571 1 udp 2122260223 10.77.0.11 55548 typ host generation 0 network-id 1\r\n"
    "a=ice-ufrag:imZE\r\na=ice-pwd:rKpkqVFEJzc9dE4nLB2xrcvE\r\na=ice-options:trickle\r\n"
    "a=fingerprint:sha-256 B8:1B\r\na=setup:actpass\r\na=mid:0\r\n"
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=sendrecv\r\na=msid:543e84ba c870c1b9\r\n"
    "a=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"
    "a=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:13 CN/8000\r\n"
    "a=rtpmap:110 telephone-event/48000\r\na=rtpmap:126 telephone-event/8000\r\n"
    "a=ssrc:1021598202 cname:/cYR2KAVcTXlOccs\r\n";

const char *const phone_sdp =
    "v=0\r\no=- 1735533662 1057514934 IN IP4 10.77.0.21\r\ns=-\r\nc=IN IP4 10.77.0.21\r\n"
    "t=0 0\r\nm=audio 10686 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
    "a=sendrecv\r\n";

std::string message(std::string_view lines, std::string_view body) {
    std::string out;
    base::split(base::trim(lines), '\n',
                [&](std::string_view line) { out += fmt::format("{}\r\n", base::trim(line)); });
    if (!body.empty())
        out += "Content-Type: application/sdp\r\n";
    return out + fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

Message Client::next() {
    if (inbox.empty())
        FAIL("nothing came to " << user);
    Message m = inbox.front();
    inbox.pop_front();
    return m;
}

Message Client::next(std::string_view what) {
    for (;;) {
        if (inbox.empty())
            FAIL("no " << what << " came to " << user);
        Message m = next();
        if (m.is_request() ? m.method_name() == what : std::to_string(m.status()) == what)
            return m;
    }
}

Config Bench::default_config() {
    Config config;
    config.domains = {"iop.test"};
    for (auto [transport, port] : {std::pair{Transport::udp, 5060},
                                   {Transport::tcp, 5060},
                                   {Transport::ws, 8080},
                                   {Transport::wss, 8443}}) {
        Listener listener;
        listener.transport = transport;
        listener.local = *base::Endpoint::parse(fmt::format("10.77.0.1:{}", port));
        config.listeners.push_back(listener);
    }
    config.breakers = 1;
    return config;
}

Bench::Bench(Config config) : config_(std::move(config)), core_(std::make_unique<Core>(config_, random_)) {}

Client &Bench::phone(const std::string &user, std::string_view address) {
    Client &c = clients_.emplace_back();
    c.user = user;
    c.flow = {Transport::udp, 0, 0, *base::Endpoint::parse("10.77.0.1:5060"),
              *base::Endpoint::parse(address)};
    passwords.emplace(user, "secret");
    return c;
}

Client &Bench::tcp_phone(const std::string &user, std::string_view address) {
    Client &c = phone(user, address);
    c.flow.transport = Transport::tcp;
    c.flow.listener = 1;
    c.flow.connection = ++connections_;
    return c;
}

Client &Bench::browser(const std::string &user, std::string_view address) {
    Client &c = clients_.emplace_back();
    c.user = user;
    c.flow = {Transport::wss, 3, ++connections_, *base::Endpoint::parse("10.77.0.1:8443"),
              *base::Endpoint::parse(address)};
    passwords.emplace(user, "secret");
    return c;
}

void Bench::send(Client &from, std::string_view text) {
    core_->on_message(from.flow, base::as_bytes(text), now_);
    drain();
}

void Bench::close(Client &client) {
    core_->on_flow_closed(client.flow, now_);
    drain();
}

void Bench::reconnect(Client &client) {
    client.flow.connection = ++connections_;
    ++client.flow.remote.port;
}

void Bench::advance(base::Duration by) {
    base::Time end = now_.mono + by;
    for (base::Time next = core_->next_deadline(); next <= end; next = core_->next_deadline()) {
        base::Time at = std::max(next, now_.mono + std::chrono::microseconds(1));
        now_.unix += std::chrono::duration_cast<std::chrono::microseconds>(at - now_.mono);
        now_.mono = at;
        core_->on_timer(now_);
        drain();
    }
    now_.unix += std::chrono::duration_cast<std::chrono::microseconds>(end - now_.mono);
    now_.mono = end;
}

void Bench::end_calls() {
    core_->end_calls(now_);
    drain();
}

void Bench::drop_connections() {
    core_->drop_connections(now_);
    drain();
}

std::size_t Bench::restart() {
    std::vector<engine::locate::Binding> reachable;
    for (engine::locate::Binding &binding : core_->contacts(now_))
        if (binding.flow.connection == 0)
            reachable.push_back(std::move(binding));
    core_ = std::make_unique<Core>(config_, random_);
    core_->load(std::move(reachable), now_);
    std::size_t calls = core_->restore(kept, now_);
    drain();
    return calls;
}

bool Bench::hang_up(std::uint64_t call) {
    const bool found = core_->hang_up(call, now_);
    drain();
    return found;
}

void Bench::release_breaker() {
    breaker_holds = false;
    for (const AskBreaker &ask : std::exchange(held_, {}))
        core_->on_breaker(ask.token, breaker_reply(ask.dictionary), now_);
    drain();
}

void Bench::enroll(Client &client, std::string_view contact, std::string_view extra) {
    send_with_password(
        client,
        message(fmt::format(R"(REGISTER sip:iop.test SIP/2.0
        Via: SIP/2.0/{} {}.invalid;branch=z9hG4bKr-{}-{}-{}{}
        Max-Forwards: 70
        To: <sip:{}@iop.test>
        From: <sip:{}@iop.test>;tag=r{}
        Call-ID: reg-{}-{}
        CSeq: 1 REGISTER
        Contact: {};expires=600
        Supported: path, outbound{})",
                            engine::transaction::via_name(client.flow.transport), client.user, client.user,
                            client.flow.remote.ip.text(), now_.mono.time_since_epoch().count(),
                            client.flow.transport == Transport::udp ? ";rport" : "", client.user, client.user,
                            client.user, client.user, client.flow.remote.text(), contact, extra)));
    CHECK(client.next("200").is_response());
}

void Bench::release_resolver() {
    resolver_holds = false;
    for (const Resolve &question : std::exchange(unresolved_, {}))
        core_->on_resolved(question.token, hops_to(question.destination.host), now_);
    drain();
}

void Bench::send_with_password(Client &client, const std::string &request, std::string_view password) {
    send(client, request);
    Message challenge = client.next();
    while (challenge.is_request() || challenge.status() == 100)
        challenge = client.next();
    REQUIRE((challenge.status() == 401 || challenge.status() == 407));
    bool www = challenge.status() == 401;
    auto value = wire::sip::AuthValue::parse(
        *challenge.header(www ? HeaderId::www_authenticate : HeaderId::proxy_authenticate));
    Message original = *Message::parse(request);
    engine::digest::Credentials c;
    c.username = client.user;
    c.realm = *value->param("realm");
    c.nonce = *value->param("nonce");
    c.uri = original.request_uri();
    c.cnonce = "abc";
    c.nc = "00000001";
    c.qop_auth = true;
    c.algorithm = *value->param("algorithm") == "SHA-256" ? Hash::sha256 : Hash::md5;
    c.response = expected_response(c, original.method_name(),
                                   engine::digest::ha1(c.algorithm, client.user, c.realm, password));
    std::string again = request;
    again.insert(again.find(";branch=z9hG4bK") + 15, "x");
    std::size_t cseq = again.find("CSeq: ") + 6;
    again.insert(cseq, "1");
    again.insert(
        again.find("Max-Forwards"),
        fmt::format("{}: Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\", "
                    "cnonce=\"abc\", nc=00000001, qop=auth, algorithm={}\r\n",
                    www ? "Authorization" : "Proxy-Authorization", client.user, c.realm, c.nonce, c.uri,
                    c.response, engine::digest::algorithm_name(c.algorithm)));
    send(client, again);
}

std::vector<std::string> Bench::events(std::string_view type) const {
    std::vector<std::string> out;
    for (const Event &event : events_) {
        if (event.type != type)
            continue;
        std::string text;
        for (const auto &[name, value] : event.fields)
            if (auto *s = std::get_if<std::string>(&value))
                text += fmt::format("{}={} ", name, *s);
            else if (auto *n = std::get_if<std::int64_t>(&value))
                text += fmt::format("{}={} ", name, *n);
        out.push_back(text);
    }
    return out;
}

std::uint64_t Bench::level(std::string_view name) const {
    for (const auto &statistic : core_->statistics())
        if (statistic.name == name)
            return statistic.value;
    return UINT64_MAX;
}

void Bench::drain() {
    for (auto effects = core_->take_effects(); !effects.empty(); effects = core_->take_effects())
        for (Effect &effect : effects)
            act(effect);
}

void Bench::act(Effect &effect) {
    if (auto *send = std::get_if<Send>(&effect)) {
        auto m = Message::parse(send->bytes);
        REQUIRE(m);
        CHECK_FALSE(m->fault());
        if (send_fails && m->is_request())
            return core_->on_send_failed(send->id, now_);
        for (Client &client : clients_) {
            bool to_open = send->flow.is_reliable() && send->flow.connection == 0;
            if (client.flow.remote != send->flow.remote || client.flow.transport != send->flow.transport ||
                (client.flow.connection != send->flow.connection && !to_open))
                continue;
            client.inbox.push_back(*m);
            if (to_open)
                core_->on_sent(send->id, client.flow);
        }
    } else if (auto *store = std::get_if<Store>(&effect)) {
        if (store_ok)
            stored.insert(stored.end(), store->changes.begin(), store->changes.end());
        if (store->token != 0)
            core_->on_stored(store->token, store_ok, now_);
    } else if (auto *look = std::get_if<LookUser>(&effect)) {
        UserAnswer answer;
        auto password = passwords.find(look->user);
        if (!database_up)
            answer.status = UserAnswer::Status::unavailable;
        else if (password != passwords.end()) {
            answer.status = UserAnswer::Status::found;
            answer.ha1_md5 = engine::digest::ha1(Hash::md5, look->user, look->domain, password->second);
            answer.ha1_md5_at = engine::digest::ha1(Hash::md5, look->user + "@" + look->domain, look->domain,
                                                    password->second);
            answer.ha1_sha256 = engine::digest::ha1(Hash::sha256, look->user, look->domain, password->second);
        }
        core_->on_user(look->token, answer, now_);
    } else if (auto *question = std::get_if<Resolve>(&effect)) {
        resolutions.push_back(question->destination);
        if (resolver_holds)
            return unresolved_.push_back(*question);
        core_->on_resolved(question->token, hops_to(question->destination.host), now_);
    } else if (auto *ask = std::get_if<AskBreaker>(&effect)) {
        breaker_requests.push_back(ask->dictionary);
        asked_breakers.push_back(ask->breaker);
        if (ask->token == 0)
            return;
        if (breaker_holds)
            return held_.push_back(*ask);
        std::string reply = breaker_words.empty() ? breaker_reply(ask->dictionary) : breaker_words;
        const bool answers = breaker_up && !silent_breakers.contains(ask->breaker);
        core_->on_breaker(ask->token, answers ? std::optional<std::string_view>(reply) : std::nullopt, now_);
    } else if (auto *event = std::get_if<Event>(&effect)) {
        events_.push_back(*event);
    } else if (auto *keep = std::get_if<Keep>(&effect)) {
        kept += keep->record;
    } else if (auto *account = std::get_if<Account>(&effect)) {
        accounts.push_back(fmt::format("{} {} {} {} {} {} {}", account->missed ? "missed" : "acc",
                                       account->method, account->from_tag, account->to_tag, account->call_id,
                                       account->code, account->reason));
    }
}

std::vector<NextHop> Bench::hops_to(const std::string &host) const {
    std::vector<NextHop> out;
    if (auto place = places.find(host); place != places.end())
        for (const std::string &text : place->second) {
            auto [transport, address] = base::cut(text, ':');
            out.push_back({{*engine::transaction::transport_from(transport), *base::Endpoint::parse(address)},
                           *base::IpAddress::parse("10.77.0.1")});
        }
    return out;
}

/// Without the lines of ICE and DTLS.
std::string without_keys(std::string_view sdp) {
    std::string out;
    base::split(sdp, '\n', [&](std::string_view line) {
        bool drop = base::istarts_with(line, "a=ice") || base::istarts_with(line, "a=candidate") ||
                    base::istarts_with(line, "a=fingerprint") || base::istarts_with(line, "a=setup");
        if (!line.empty() && !drop)
            out += fmt::format("{}\n", line);
    });
    return out;
}

/// Whether an answer that went by the breaker has said so.
bool was_answered(const std::vector<std::string> &requests, std::string_view what) {
    return std::any_of(requests.begin(), requests.end(), [&](const std::string &request) {
        auto value = wire::bencode::parse(request);
        return wire::bencode::text_of(*value->dict(), "command") == "answer" &&
               wire::bencode::text_of(*value->dict(), "sdp").find(what) != std::string_view::npos;
    });
}

/// A breaker that changes the profile and names itself in the origin. It does toward callees in RTP what
/// they take there.
std::string Bench::breaker_reply(std::string_view request) const {
    auto value = wire::bencode::parse(request);
    REQUIRE(value);
    const auto &dict = *value->dict();
    if (wire::bencode::text_of(dict, "command") == "delete")
        return breaker_numbers;
    const bool keys = wire::bencode::text_of(dict, "command") == "play DTMF";
    if (keys || wire::bencode::text_of(dict, "command") == "request key frame")
        return was_answered(breaker_requests, keys ? "telephone-event" : "nack pli")
                   ? "d6:result2:oke"
                   : "d6:result5:error12:error-reason3:note";
    std::string sdp(wire::bencode::text_of(dict, "sdp"));
    bool to_browser = wire::bencode::text_of(dict, "ICE") == "force";
    std::string profile = to_browser ? "UDP/TLS/RTP/SAVPF" : "RTP/AVP";
    std::string media = sdp.substr(0, sdp.find("m=audio "));
    std::string rest = sdp.substr(sdp.find("m=audio "));
    std::size_t at = rest.find(' ', 8) + 1;
    rest.replace(at, rest.find(' ', at) - at, profile);
    if (to_browser)
        rest += "a=ice-ufrag:bbbb\r\na=fingerprint:sha-256 AA:BB\r\na=setup:passive\r\na=rtcp-mux\r\n";
    else
        rest = without_keys(rest);
    media.replace(media.find("o="), 2, "o=breaker");
    return wire::bencode::write(wire::bencode::Dict{{"result", "ok"}, {"sdp", media + rest}});
}

} // namespace cord::test
