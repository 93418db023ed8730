#include "engine/transaction/layer.hpp"

#include <unordered_map>
#include <utility>

#include "engine/transaction/client.hpp"
#include "engine/transaction/deadlines.hpp"
#include "engine/transaction/in_transaction.hpp"
#include "engine/transaction/invite_client.hpp"
#include "engine/transaction/invite_server.hpp"
#include "engine/transaction/key.hpp"
#include "engine/transaction/server.hpp"
#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::transaction {
namespace {

using wire::sip::Message;
using wire::sip::Method;

using Machine = std::variant<InviteClient, Client, InviteServer, Server>;
using Table = std::unordered_map<std::string, std::uint32_t>;

// A place for a transaction, used by one after the other. The generation makes their Ids differ.
struct Slot {
    std::optional<Machine> machine;
    std::uint32_t generation = 0;
    Flow flow;
    const std::string *key = nullptr; // into its table
    std::string bytes;                // what is sent again: a request, its ACK, or the latest response
    std::optional<Message> request;   // of a server transaction, until it is answered
};

Acts respond_to(Machine &server, int code, base::Time now) {
    if (auto *invite = std::get_if<InviteServer>(&server))
        return invite->respond(code, now);
    return std::get<Server>(server).respond(code, now);
}

} // namespace

struct Layer::Parts {
    std::size_t most = 0;
    std::vector<Slot> slots;
    std::vector<std::uint32_t> unused;
    Table servers;
    Table clients;
    DeadlineHeap deadlines;
    std::vector<Output> output;

    [[nodiscard]] Id id(std::uint32_t slot) const {
        return static_cast<Id>(std::uint64_t{slots[slot].generation} << 32 | slot);
    }
    [[nodiscard]] std::optional<std::uint32_t> find(Id id) const;
    std::uint32_t open(Table &table, std::string key, const Flow &flow, Machine machine);
    void close(std::uint32_t slot);
    void act(std::uint32_t slot, Acts acts, const Message *at_hand, base::Time now);
    void act(std::uint32_t slot, Act what, const Message *at_hand, base::Time now);
    void send(std::uint32_t slot);
};

std::optional<std::uint32_t> Layer::Parts::find(Id id) const {
    const auto slot = static_cast<std::uint32_t>(static_cast<std::uint64_t>(id));
    const auto generation = static_cast<std::uint32_t>(static_cast<std::uint64_t>(id) >> 32);
    const bool alive = slot < slots.size() && slots[slot].machine && slots[slot].generation == generation;
    return alive ? std::optional(slot) : std::nullopt;
}

std::uint32_t Layer::Parts::open(Table &table, std::string key, const Flow &flow, Machine machine) {
    std::uint32_t slot;
    if (unused.empty()) {
        slot = static_cast<std::uint32_t>(slots.size());
        slots.emplace_back();
    } else {
        slot = unused.back();
        unused.pop_back();
    }
    Slot &s = slots[slot];
    s.machine = machine;
    ++s.generation;
    s.flow = flow;
    const auto [entry, fresh] = table.emplace(std::move(key), slot);
    CORD_ASSERT(fresh); // servers were looked up before; a client's branch is made for it alone
    s.key = &entry->first;
    return slot;
}

void Layer::Parts::close(std::uint32_t slot) {
    Slot &s = slots[slot];
    const bool server =
        std::holds_alternative<InviteServer>(*s.machine) || std::holds_alternative<Server>(*s.machine);
    Table &table = server ? servers : clients;
    table.erase(table.find(*s.key));
    deadlines.set(slot, base::never);
    output.emplace_back(Terminated{id(slot)});
    const std::uint32_t generation = s.generation;
    s = Slot{};
    s.generation = generation;
    unused.push_back(slot);
}

void Layer::Parts::act(std::uint32_t slot, Acts acts, const Message *at_hand, base::Time now) {
    for (Act what : acts)
        act(slot, what, at_hand, now);
    if (const auto &machine = slots[slot].machine)
        deadlines.set(slot, std::visit([](const auto &m) { return m.next_deadline(); }, *machine));
}

void Layer::Parts::act(std::uint32_t slot, Act what, const Message *at_hand, base::Time now) {
    Slot &s = slots[slot];
    switch (what) {
    case Act::send_request:
    case Act::send_response: return send(slot);
    case Act::send_trying:
        s.bytes = wire::sip::make_response(*s.request, 100).finish();
        return act(slot, respond_to(*s.machine, 100, now), nullptr, now);
    case Act::send_ack:
        // The request is not needed any more; what is sent again from here on is the ACK.
        if (const auto request = Message::parse(s.bytes); request && request->method() == Method::invite)
            s.bytes = make_ack(*request, *at_hand);
        return send(slot);
    case Act::deliver:
        if (at_hand && at_hand->is_response())
            output.emplace_back(Response{id(slot), *at_hand});
        return;
    case Act::timeout: output.emplace_back(Timeout{id(slot)}); return;
    case Act::failure: output.emplace_back(Failure{id(slot)}); return;
    case Act::terminated: return close(slot);
    }
}

/// The bytes are kept for the next time, or for what is made from an INVITE.
void Layer::Parts::send(std::uint32_t slot) {
    Slot &s = slots[slot];
    const bool once = std::holds_alternative<Client>(*s.machine) && s.flow.is_reliable();
    output.emplace_back(Send{s.flow, once ? std::move(s.bytes) : s.bytes, id(slot)});
}

Layer::Layer(std::size_t most) : parts_(std::make_unique<Parts>()) { parts_->most = most; }
Layer::~Layer() = default;
Layer::Layer(Layer &&) noexcept = default;
Layer &Layer::operator=(Layer &&) noexcept = default;

base::Time Layer::next_deadline() const { return parts_->deadlines.next(); }
std::vector<Output> Layer::take_output() { return std::exchange(parts_->output, {}); }
std::size_t Layer::size() const { return parts_->servers.size() + parts_->clients.size(); }

Received Layer::on_request(const Message &request, const Flow &flow, base::Time now) {
    using Kind = Received::Kind;
    const auto via = wire::sip::top_via(request);
    CORD_ASSERT(via.has_value());
    std::string key = server_key(request, *via);
    const bool ack = request.method() == Method::ack;
    if (const auto known = parts_->servers.find(key); known != parts_->servers.end()) {
        const std::uint32_t slot = known->second;
        Machine &machine = *parts_->slots[slot].machine;
        if (auto *server = std::get_if<Server>(&machine)) {
            parts_->act(slot, server->on_request(now), &request, now);
            return {Kind::absorbed};
        }
        auto &server = std::get<InviteServer>(machine);
        const Acts acts = ack ? server.on_ack(now) : server.on_request(now);
        parts_->act(slot, acts, &request, now);
        return {ack && acts == Acts{Act::deliver} ? Kind::ack : Kind::absorbed};
    }
    if (ack)
        return {Kind::ack};
    Received out{Kind::request};
    if (request.method() == Method::cancel) {
        // RFC 3261 section 9.2: the transaction to cancel is found "assuming the request method is anything
        // but CANCEL or ACK"; only INVITE can be cancelled to any effect.
        const auto invite = parts_->servers.find(server_key(request, *via, name(Method::invite)));
        if (invite != parts_->servers.end())
            out.cancelled = parts_->id(invite->second);
    }
    // What ends a transaction is taken even so.
    if (size() >= parts_->most && out.cancelled == Id::none)
        return {Kind::refused};

    const auto begin = [&](auto machine) {
        machine.start(now);
        const std::uint32_t slot = parts_->open(parts_->servers, std::move(key), flow, machine);
        parts_->slots[slot].request = request;
        parts_->act(slot, Acts{}, nullptr, now);
        return parts_->id(slot);
    };
    out.id = request.method() == Method::invite ? begin(InviteServer(flow.is_reliable()))
                                                : begin(Server(flow.is_reliable()));
    return out;
}

void Layer::respond(Id id, int code, std::string bytes, base::Time now) {
    const auto slot = parts_->find(id);
    if (!slot)
        return;
    Slot &s = parts_->slots[*slot];
    const Acts acts = respond_to(*s.machine, code, now);
    // A response that is discarded must not take the place of the one to send again.
    if (acts == Acts{})
        return;
    s.bytes = std::move(bytes);
    s.request.reset();
    parts_->act(*slot, acts, nullptr, now);
}

void Layer::abandon(Id id) {
    if (const auto slot = parts_->find(id))
        parts_->close(*slot);
}

Id Layer::send(const Flow &flow, std::string request, std::string_view branch, std::string_view method,
               base::Time now) {
    const auto begin = [&](auto machine) {
        const Acts acts = machine.start(now);
        const std::uint32_t slot = parts_->open(parts_->clients, client_key(branch, method), flow, machine);
        parts_->slots[slot].bytes = std::move(request);
        const Id id = parts_->id(slot);
        parts_->act(slot, acts, nullptr, now);
        return id;
    };
    if (method == name(Method::invite))
        return begin(InviteClient(flow.is_reliable()));
    return begin(Client(flow.is_reliable()));
}

void Layer::cancel(Id invite, std::string_view reason, base::Time now) {
    const auto slot = parts_->find(invite);
    auto *machine = slot ? std::get_if<InviteClient>(&*parts_->slots[*slot].machine) : nullptr;
    // "If no provisional response has been received, the CANCEL request MUST NOT be sent".
    if (machine == nullptr || machine->state() != InviteClient::State::proceeding)
        return;
    parts_->act(*slot, machine->on_cancel(now), nullptr, now);
    const Flow flow = parts_->slots[*slot].flow;
    const Message request = *Message::parse(parts_->slots[*slot].bytes);
    (void)send(flow, make_cancel(request, reason), wire::sip::top_via(request)->branch(),
               name(Method::cancel), now);
}

bool Layer::on_response(const Message &response, base::Time now) {
    const auto key = client_key(response);
    const auto known = key ? parts_->clients.find(*key) : parts_->clients.end();
    if (known == parts_->clients.end())
        return false;
    const std::uint32_t slot = known->second;
    Machine &machine = *parts_->slots[slot].machine;
    if (auto *invite = std::get_if<InviteClient>(&machine))
        parts_->act(slot, invite->on_response(response.status(), now), &response, now);
    else
        parts_->act(slot, std::get<Client>(machine).on_response(response.status(), now), &response, now);
    return true;
}

void Layer::on_failure(Id id, base::Time now) {
    if (const auto slot = parts_->find(id)) {
        auto &machine = *parts_->slots[*slot].machine;
        parts_->act(*slot, std::visit([now](auto &m) { return m.on_failure(now); }, machine), nullptr, now);
    }
}

void Layer::on_timer(base::Time now) {
    while (const auto slot = parts_->deadlines.pop_due(now)) {
        auto &machine = *parts_->slots[*slot].machine;
        parts_->act(*slot, std::visit([now](auto &m) { return m.on_timer(now); }, machine), nullptr, now);
    }
}

} // namespace cord::engine::transaction
