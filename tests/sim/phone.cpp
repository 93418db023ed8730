#include "sim/phone.hpp"

#include <algorithm>

#include "wire/sip/headers.hpp"
#include "wire/sip/received.hpp"
#include "wire/sip/validate.hpp"

namespace cord::sim {

using namespace wire::sip;

namespace {

std::string invalid_host(const Phone::Place &place) {
    return std::to_string(place.address.ip.bytes[3]) + ".invalid";
}

} // namespace

tx::Flow Phone::flow() const {
    return {place_.transport, 0, place_.connection, place_.address, place_.next_hop};
}

std::string Phone::new_via(std::string &branch) {
    branch = std::string(magic_cookie) + random_.token(10);
    std::string via = "SIP/2.0/" + std::string(via_name(place_.transport)) + ' ';
    // A browser does not know its address (RFC 7118 section 5).
    via += is_websocket(place_.transport) ? invalid_host(place_) : place_.address.text();
    return via + ";branch=" + branch;
}

std::string Phone::contact() const {
    if (is_websocket(place_.transport))
        return "<sip:" + place_.user + '@' + invalid_host(place_) + ";transport=ws>";
    return "<sip:" + place_.user + '@' + place_.address.text() + '>';
}

void Phone::send_plain(std::string bytes) {
    packets_.push_back({place_.address, place_.next_hop, std::move(bytes), place_.connection});
}

void Phone::after(base::Duration delay, base::Now now, std::function<void(base::Now)> what) {
    alarms_.emplace(now.mono + delay, std::move(what));
}

base::Time Phone::next_deadline() const {
    return alarms_.empty() ? layer_.next_deadline()
                           : std::min(layer_.next_deadline(), alarms_.begin()->first);
}

void Phone::on_timer(base::Now now) {
    layer_.on_timer(now.mono);
    while (!alarms_.empty() && alarms_.begin()->first <= now.mono) {
        const auto what = std::move(alarms_.begin()->second);
        alarms_.erase(alarms_.begin());
        what(now);
    }
    drain(now);
}

void Phone::on_packet(const Packet &packet, base::Now now) {
    const auto m = Message::parse(packet.bytes);
    if (!m || validate(*m))
        return;
    if (m->is_response())
        (void)layer_.on_response(*m, now.mono);
    else
        on_request(with_source(*m, packet.from), now);
    drain(now);
}

void Phone::drain(base::Now now) {
    for (const tx::Output &output : layer_.take_output()) {
        if (const auto *send = std::get_if<tx::Send>(&output))
            packets_.push_back({place_.address, send->flow.remote, send->bytes, send->flow.connection});
        else if (const auto *response = std::get_if<tx::Response>(&output))
            on_client(response->id, response->message.status(), &response->message, now);
        else if (const auto *timeout = std::get_if<tx::Timeout>(&output))
            on_client(timeout->id, 408, nullptr, now);
        else if (const auto *over = std::get_if<tx::Terminated>(&output))
            clients_.erase(over->id);
    }
    if (layer_.next_deadline() <= now.mono)
        layer_.on_timer(now.mono);
}

void Phone::on_client(tx::Id id, int code, const Message *response, base::Now now) {
    const auto client = clients_.find(id);
    if (client == clients_.end())
        return;
    const auto handler = client->second;
    handler(code, response, now);
    drain(now);
}

Call *Phone::find(std::string_view call_id) {
    const auto found =
        std::find_if(calls_.begin(), calls_.end(), [&](const auto &c) { return c->call_id == call_id; });
    return found == calls_.end() ? nullptr : found->get();
}

void Phone::register_now(base::Now now) {
    if (register_call_id_.empty()) {
        register_call_id_ = random_.token(12);
        register_from_ = "<sip:" + place_.user + '@' + place_.domain + ">;tag=" + random_.token(8);
    }
    registered_ = 0;
    send_register({}, now);
}

void Phone::reconnect(std::uint64_t connection, base::Now now) {
    place_.connection = connection;
    register_now(now);
}

void Phone::crash() {
    layer_ = tx::Layer();
    packets_.clear();
    alarms_.clear();
    clients_.clear();
    calls_.clear();
    tag_.clear();
    register_call_id_.clear();
    register_cseq_ = 0;
    registered_ = 0;
}

void Phone::send_register(const Credentials &credentials, base::Now now) {
    const std::string registrar = "sip:" + place_.domain;
    std::string branch;
    Builder out = Builder::request("REGISTER", registrar);
    out.add(HeaderId::via, new_via(branch))
        .add(HeaderId::max_forwards, "70")
        .add(HeaderId::from, register_from_);
    out.add(HeaderId::to, "<sip:" + place_.user + '@' + place_.domain + '>')
        .add(HeaderId::call_id, register_call_id_);
    out.add(HeaderId::cseq, std::to_string(++register_cseq_) + " REGISTER");
    out.add(HeaderId::contact, contact() + ";expires=3600");
    credentials.add_to(out);
    const tx::Id id = layer_.send(flow(), out.finish(), branch, "REGISTER", now.mono);
    const bool first = credentials.value.empty();
    clients_[id] = [this, registrar, first](int code, const Message *response, base::Now at) {
        if (code == 401 && first)
            return send_register(
                answer_challenge(*response, place_.user, place_.password, registrar, random_), at);
        if (code >= 200)
            registered_ = code;
    };
    drain(now);
}

void Phone::on_request(const Message &request, base::Now now) {
    const tx::Received received = layer_.on_request(request, flow(), now.mono);
    if (received.kind == tx::Received::Kind::absorbed)
        return;
    if (received.kind == tx::Received::Kind::ack)
        return on_ack(request, now);
    switch (request.method()) {
    case Method::invite: return on_invite(request, received.id, now);
    case Method::cancel: return on_cancel(request, received, now);
    case Method::bye: return on_bye(request, received.id, now);
    default: return respond(received.id, request, 405, now);
    }
}

} // namespace cord::sim
