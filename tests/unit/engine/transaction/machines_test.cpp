// Every state of the four machines against every event.
#include "engine/transaction/client.hpp"
#include "engine/transaction/invite_client.hpp"
#include "engine/transaction/invite_server.hpp"
#include "engine/transaction/server.hpp"
#include "support/catch.hpp"

using namespace cord::engine::transaction;
using namespace std::chrono_literals;

namespace {

constexpr Time start{};
constexpr bool reliable = true;
constexpr bool unreliable = false;
const Acts nothing{};

// Fires every deadline until the machine waits for nothing; yields when each act came.
template <class M>
std::vector<std::pair<std::chrono::milliseconds, Act>> run_out(M &machine) {
    std::vector<std::pair<std::chrono::milliseconds, Act>> out;
    while (machine.next_deadline() != cord::base::never) {
        const Time now = machine.next_deadline();
        for (Act act : machine.on_timer(now))
            out.emplace_back(std::chrono::duration_cast<std::chrono::milliseconds>(now - start), act);
    }
    return out;
}

template <class M>
std::vector<std::chrono::milliseconds> times_of(M &machine, Act act) {
    std::vector<std::chrono::milliseconds> out;
    for (const auto &[when, what] : run_out(machine))
        if (what == act)
            out.push_back(when);
    return out;
}

using Times = std::vector<std::chrono::milliseconds>;

InviteClient invite_client(InviteClient::State state, bool transport = unreliable) {
    using State = InviteClient::State;
    InviteClient m(transport);
    (void)m.start(start);
    if (state == State::proceeding)
        (void)m.on_response(180, start);
    if (state == State::completed)
        (void)m.on_response(486, start);
    if (state == State::accepted)
        (void)m.on_response(200, start);
    if (state == State::terminated)
        (void)m.on_failure(start);
    REQUIRE(m.state() == state);
    return m;
}

Client client(Client::State state) {
    using State = Client::State;
    Client m(unreliable);
    (void)m.start(start);
    if (state == State::proceeding)
        (void)m.on_response(100, start);
    if (state == State::completed)
        (void)m.on_response(200, start);
    if (state == State::terminated)
        (void)m.on_failure(start);
    REQUIRE(m.state() == state);
    return m;
}

InviteServer invite_server(InviteServer::State state) {
    using State = InviteServer::State;
    InviteServer m(unreliable);
    m.start(start);
    if (state == State::completed || state == State::confirmed)
        (void)m.respond(486, start);
    if (state == State::confirmed)
        (void)m.on_ack(start);
    if (state == State::accepted)
        (void)m.respond(200, start);
    if (state == State::terminated)
        (void)m.on_failure(start);
    REQUIRE(m.state() == state);
    return m;
}

Server server(Server::State state) {
    using State = Server::State;
    Server m(unreliable);
    if (state == State::proceeding)
        (void)m.respond(182, start);
    if (state == State::completed)
        (void)m.respond(200, start);
    if (state == State::terminated)
        (void)m.on_failure(start);
    REQUIRE(m.state() == state);
    return m;
}

} // namespace

TEST_CASE("INVITE client: every state against every event") {
    using S = InviteClient::State;
    struct Row {
        S from;
        int code; // of the response; 0: the transport fails
        Acts acts;
        S to;
    };
    const Row rows[] = {
        {S::calling, 100, {Act::deliver}, S::proceeding},
        {S::calling, 200, {Act::deliver}, S::accepted},
        {S::calling, 404, {Act::send_ack, Act::deliver}, S::completed},
        {S::calling, 0, {Act::failure, Act::terminated}, S::terminated},
        {S::proceeding, 180, {Act::deliver}, S::proceeding},
        {S::proceeding, 200, {Act::deliver}, S::accepted},
        {S::proceeding, 603, {Act::send_ack, Act::deliver}, S::completed},
        {S::proceeding, 0, {Act::failure, Act::terminated}, S::terminated},
        {S::completed, 180, {}, S::completed},
        {S::completed, 200, {}, S::completed},
        {S::completed, 486, {Act::send_ack}, S::completed},
        {S::completed, 0, {Act::failure, Act::terminated}, S::terminated},
        {S::accepted, 180, {}, S::accepted},
        {S::accepted, 200, {Act::deliver}, S::accepted},
        {S::accepted, 486, {}, S::accepted},
        {S::accepted, 0, {}, S::accepted},
        {S::terminated, 180, {}, S::terminated},
        {S::terminated, 200, {}, S::terminated},
        {S::terminated, 486, {}, S::terminated},
        {S::terminated, 0, {}, S::terminated},
    };
    for (const Row &row : rows) {
        InviteClient m = invite_client(row.from);
        INFO("state " << static_cast<int>(row.from) << " code " << row.code);
        CHECK((row.code ? m.on_response(row.code, start) : m.on_failure(start)) == row.acts);
        CHECK(m.state() == row.to);
    }
}

TEST_CASE("INVITE client: timers A and B, D, M") {
    using S = InviteClient::State;
    auto calling = invite_client(S::calling);
    CHECK(times_of(calling, Act::send_request) == Times{500ms, 1500ms, 3500ms, 7500ms, 15500ms, 31500ms});
    CHECK(calling.state() == S::terminated);
    auto again = invite_client(S::calling);
    CHECK(times_of(again, Act::timeout) == Times{32s});
    auto over_tcp = invite_client(S::calling, reliable);
    CHECK(run_out(over_tcp) == decltype(run_out(over_tcp)){{32s, Act::timeout}, {32s, Act::terminated}});

    // Timer C, which ends a ringing that lasts too long, is the proxy's.
    CHECK(invite_client(S::proceeding).next_deadline() == cord::base::never);
    auto cancelled = invite_client(S::proceeding);
    CHECK(cancelled.on_cancel(start) == nothing);
    CHECK(run_out(cancelled) == decltype(run_out(cancelled)){{32s, Act::timeout}, {32s, Act::terminated}});
    for (S other : {S::calling, S::completed, S::accepted, S::terminated}) {
        auto m = invite_client(other);
        const Time before = m.next_deadline();
        CHECK(m.on_cancel(start + 1s) == nothing);
        CHECK(m.next_deadline() == before);
        CHECK(m.state() == other);
    }
    auto completed = invite_client(S::completed);
    CHECK(times_of(completed, Act::terminated) == Times{32s});
    auto accepted = invite_client(S::accepted);
    CHECK(times_of(accepted, Act::terminated) == Times{32s});

    InviteClient tcp(reliable);
    (void)tcp.start(start);
    CHECK(tcp.on_response(404, start) == Acts{Act::send_ack, Act::deliver, Act::terminated});
}

TEST_CASE("non-INVITE client: every state against every event") {
    using S = Client::State;
    struct Row {
        S from;
        int code;
        Acts acts;
        S to;
    };
    const Row rows[] = {
        {S::trying, 100, {Act::deliver}, S::proceeding},
        {S::trying, 200, {Act::deliver}, S::completed},
        {S::trying, 404, {Act::deliver}, S::completed},
        {S::trying, 0, {Act::failure, Act::terminated}, S::terminated},
        {S::proceeding, 182, {Act::deliver}, S::proceeding},
        {S::proceeding, 200, {Act::deliver}, S::completed},
        {S::proceeding, 500, {Act::deliver}, S::completed},
        {S::proceeding, 0, {Act::failure, Act::terminated}, S::terminated},
        {S::completed, 100, {}, S::completed},
        {S::completed, 200, {}, S::completed},
        {S::completed, 500, {}, S::completed},
        {S::completed, 0, {}, S::completed},
        {S::terminated, 200, {}, S::terminated},
        {S::terminated, 0, {}, S::terminated},
    };
    for (const Row &row : rows) {
        Client m = client(row.from);
        INFO("state " << static_cast<int>(row.from) << " code " << row.code);
        CHECK((row.code ? m.on_response(row.code, start) : m.on_failure(start)) == row.acts);
        CHECK(m.state() == row.to);
    }
}

TEST_CASE("non-INVITE client: timers E and F, K") {
    using S = Client::State;
    auto trying = client(S::trying);
    CHECK(times_of(trying, Act::send_request) ==
          Times{500ms, 1500ms, 3500ms, 7500ms, 11500ms, 15500ms, 19500ms, 23500ms, 27500ms, 31500ms});
    auto again = client(S::trying);
    CHECK(times_of(again, Act::timeout) == Times{32s});
    auto proceeding = client(S::proceeding);
    CHECK(times_of(proceeding, Act::send_request) ==
          Times{500ms, 4500ms, 8500ms, 12500ms, 16500ms, 20500ms, 24500ms, 28500ms});
    auto ringing = client(S::proceeding);
    CHECK(times_of(ringing, Act::timeout) == Times{32s});
    auto completed = client(S::completed);
    CHECK(times_of(completed, Act::terminated) == Times{5s});

    Client tcp(reliable);
    (void)tcp.start(start);
    CHECK(tcp.on_response(200, start) == Acts{Act::deliver, Act::terminated});
}

TEST_CASE("INVITE server: every state against every event") {
    using S = InviteServer::State;
    enum class E { request, ack, failure, respond };
    struct Row {
        S from;
        E event;
        int code;
        Acts acts;
        S to;
    };
    const Row rows[] = {
        {S::proceeding, E::request, 0, {}, S::proceeding},
        {S::proceeding, E::ack, 0, {}, S::proceeding},
        {S::proceeding, E::failure, 0, {Act::failure, Act::terminated}, S::terminated},
        {S::proceeding, E::respond, 180, {Act::send_response}, S::proceeding},
        {S::proceeding, E::respond, 200, {Act::send_response}, S::accepted},
        {S::proceeding, E::respond, 486, {Act::send_response}, S::completed},
        {S::completed, E::request, 0, {Act::send_response}, S::completed},
        {S::completed, E::ack, 0, {}, S::confirmed},
        {S::completed, E::failure, 0, {Act::failure, Act::terminated}, S::terminated},
        {S::completed, E::respond, 180, {}, S::completed},
        {S::completed, E::respond, 200, {}, S::completed},
        {S::completed, E::respond, 486, {}, S::completed},
        {S::confirmed, E::request, 0, {}, S::confirmed},
        {S::confirmed, E::ack, 0, {}, S::confirmed},
        {S::confirmed, E::failure, 0, {}, S::confirmed},
        {S::confirmed, E::respond, 200, {}, S::confirmed},
        {S::accepted, E::request, 0, {}, S::accepted},
        {S::accepted, E::ack, 0, {Act::deliver}, S::accepted},
        {S::accepted, E::failure, 0, {Act::failure}, S::accepted},
        {S::accepted, E::respond, 180, {}, S::accepted},
        {S::accepted, E::respond, 200, {Act::send_response}, S::accepted},
        {S::accepted, E::respond, 486, {}, S::accepted},
        {S::terminated, E::request, 0, {}, S::terminated},
        {S::terminated, E::ack, 0, {}, S::terminated},
        {S::terminated, E::failure, 0, {}, S::terminated},
        {S::terminated, E::respond, 200, {}, S::terminated},
    };
    for (const Row &row : rows) {
        InviteServer m = invite_server(row.from);
        INFO("state " << static_cast<int>(row.from) << " event " << static_cast<int>(row.event) << " code "
                      << row.code);
        const Acts acts = row.event == E::request   ? m.on_request(start)
                          : row.event == E::ack     ? m.on_ack(start)
                          : row.event == E::failure ? m.on_failure(start)
                                                    : m.respond(row.code, start);
        CHECK(acts == row.acts);
        CHECK(m.state() == row.to);
    }
}

TEST_CASE("INVITE server: 100 within 200 ms, timers G and H, I, L") {
    using S = InviteServer::State;
    auto silent = invite_server(S::proceeding);
    CHECK(run_out(silent) == decltype(run_out(silent)){{200ms, Act::send_trying}});
    CHECK(silent.on_request(start) == nothing);
    (void)silent.respond(100, start);
    CHECK(silent.on_request(start) == Acts{Act::send_response});

    auto completed = invite_server(S::completed);
    CHECK(times_of(completed, Act::send_response) ==
          Times{500ms, 1500ms, 3500ms, 7500ms, 11500ms, 15500ms, 19500ms, 23500ms, 27500ms, 31500ms});
    auto never_acked = invite_server(S::completed);
    CHECK(times_of(never_acked, Act::timeout) == Times{32s});
    auto confirmed = invite_server(S::confirmed);
    CHECK(run_out(confirmed) == decltype(run_out(confirmed)){{5s, Act::terminated}});
    auto accepted = invite_server(S::accepted);
    CHECK(run_out(accepted) == decltype(run_out(accepted)){{32s, Act::terminated}});

    InviteServer tcp(reliable);
    tcp.start(start);
    (void)tcp.respond(404, start);
    CHECK(tcp.next_deadline() == start + 32s);
    CHECK(tcp.on_ack(start) == Acts{Act::terminated});
}

TEST_CASE("non-INVITE server: every state against every event") {
    using S = Server::State;
    enum class E { request, failure, respond };
    struct Row {
        S from;
        E event;
        int code;
        Acts acts;
        S to;
    };
    const Row rows[] = {
        {S::trying, E::request, 0, {}, S::trying},
        {S::trying, E::failure, 0, {Act::failure, Act::terminated}, S::terminated},
        {S::trying, E::respond, 182, {Act::send_response}, S::proceeding},
        {S::trying, E::respond, 200, {Act::send_response}, S::completed},
        {S::proceeding, E::request, 0, {Act::send_response}, S::proceeding},
        {S::proceeding, E::failure, 0, {Act::failure, Act::terminated}, S::terminated},
        {S::proceeding, E::respond, 182, {Act::send_response}, S::proceeding},
        {S::proceeding, E::respond, 404, {Act::send_response}, S::completed},
        {S::completed, E::request, 0, {Act::send_response}, S::completed},
        {S::completed, E::failure, 0, {Act::failure, Act::terminated}, S::terminated},
        {S::completed, E::respond, 200, {}, S::completed},
        {S::terminated, E::request, 0, {}, S::terminated},
        {S::terminated, E::failure, 0, {}, S::terminated},
        {S::terminated, E::respond, 200, {}, S::terminated},
    };
    for (const Row &row : rows) {
        Server m = server(row.from);
        INFO("state " << static_cast<int>(row.from) << " event " << static_cast<int>(row.event) << " code "
                      << row.code);
        const Acts acts = row.event == E::request   ? m.on_request(start)
                          : row.event == E::failure ? m.on_failure(start)
                                                    : m.respond(row.code, start);
        CHECK(acts == row.acts);
        CHECK(m.state() == row.to);
    }
}

TEST_CASE("RFC 4320 4.1: a non-INVITE server says 100 when timer E has come to T2, unless it has answered") {
    for (bool transport : {unreliable, reliable}) {
        Server m(transport);
        m.start(start);
        CHECK(m.next_deadline() == start + 3500ms);
        CHECK(m.on_timer(start + 3499ms) == Acts{});
        CHECK(m.on_timer(start + 3500ms) == Acts{Act::send_trying});
        CHECK(m.respond(100, start + 3500ms) == Acts{Act::send_response});
        CHECK(m.next_deadline() == cord::base::never);
    }
    Server answered(unreliable);
    answered.start(start);
    (void)answered.respond(200, start + 1s);
    CHECK(answered.next_deadline() == start + 33s);
}

TEST_CASE("non-INVITE server: timer J") {
    auto completed = server(Server::State::completed);
    CHECK(run_out(completed) == decltype(run_out(completed)){{32s, Act::terminated}});
    Server tcp(reliable);
    CHECK(tcp.respond(200, start) == Acts{Act::send_response, Act::terminated});
}
