#include "io/net/ng_client.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/log.hpp"
#include "base/text.hpp"
#include "io/net/clock.hpp"

namespace cord::io::net {

namespace {

using namespace std::chrono_literals;

// Over UDP a request is repeated with its cookie, so that the breaker knows it again and answers from memory.
constexpr base::Duration repeat_after = 500ms;
// A SIP client repeats an unanswered INVITE for 32 s; a breaker that is silent for this long is taken for
// dead.
constexpr base::Duration give_up_after = 3s;
constexpr base::Duration ping_every = 10s;
constexpr base::Duration ping_again = 1s;
constexpr char ping[] = "d7:command4:pinge";

} // namespace

struct NgClient::State : std::enable_shared_from_this<NgClient::State> {
    struct Pending {
        std::string message;
        Answer answer;
        base::Time repeat_at;
        base::Time give_up_at;
    };

    State(Loop &l, base::Random &r, NgEndpoint e)
        : loop(l), connection(l, std::move(e),
                              {[this](std::string_view reply) { take(reply); },
                               [this](const std::string &why) { lost(why); }}),
          timer(l), prefix(r.token(8)) {}

    void send(const std::string &message);
    void take(std::string_view reply);
    void lost(const std::string &why);
    void set_up(bool now_up);
    void fail_all();
    void on_timer();
    void rearm();
    void ask(std::string dictionary, Answer answer);

    Loop &loop;
    NgConnection connection;
    std::unordered_map<std::string, Pending> pending; ///< by cookie
    Timer timer;
    base::Time ping_at{};
    std::string prefix; ///< of our cookies: another client's must not match
    std::uint64_t count = 0;
    std::optional<bool> up;
    std::function<void(bool)> told;
};

void NgClient::State::send(const std::string &message) {
    if (auto open = connection.open(); !open)
        return lost(open.error());
    connection.send(message);
}

void NgClient::State::take(std::string_view reply) {
    auto [cookie, dictionary] = base::cut(reply, ' ');
    auto found = pending.find(std::string(cookie));
    if (found == pending.end())
        return; // a repetition, or too late
    const Answer answer = std::move(found->second.answer);
    pending.erase(found);
    set_up(true);
    if (answer)
        answer(dictionary);
    rearm();
}

void NgClient::State::lost(const std::string &why) {
    if (up.value_or(true))
        base::log::warning("ng", "breaker {}: {}", connection.endpoint().address, why);
    // Requests are not sent again over a new connection: the breaker may have acted on them.
    loop.post([weak = weak_from_this()] {
        if (auto self = weak.lock())
            self->fail_all();
    });
    set_up(false);
    ping_at = now().mono + ping_again;
    rearm();
}

void NgClient::State::fail_all() {
    auto failed = std::exchange(pending, {});
    for (auto &[cookie, request] : failed)
        if (request.answer)
            request.answer(std::nullopt);
}

void NgClient::State::set_up(bool now_up) {
    if (up == now_up)
        return;
    up = now_up;
    if (told)
        told(now_up);
}

void NgClient::State::on_timer() {
    const base::Time t = now().mono;
    std::vector<Answer> failed;
    for (auto i = pending.begin(); i != pending.end();) {
        Pending &request = i->second;
        if (t >= request.give_up_at) {
            failed.push_back(std::move(request.answer));
            i = pending.erase(i);
            continue;
        }
        if (t >= request.repeat_at) {
            send(request.message);
            request.repeat_at = t + repeat_after;
        }
        ++i;
    }
    if (!failed.empty()) {
        set_up(false);
        // Its name may lead elsewhere by now.
        if (connection.datagrams())
            connection.close();
    }
    for (const Answer &answer : failed)
        if (answer)
            answer(std::nullopt);
    if (t >= ping_at) {
        ping_at = t + (up.value_or(false) ? ping_every : ping_again);
        if (up == false && !connection.open()) {
            rearm();
            return; // nobody listens there yet
        }
        ask(ping, {});
    }
    rearm();
}

void NgClient::State::rearm() {
    base::Time next = ping_at;
    for (const auto &[cookie, request] : pending)
        next = std::min({next, request.give_up_at, request.repeat_at});
    timer.at(next, [this] { on_timer(); });
}

void NgClient::State::ask(std::string dictionary, Answer answer) {
    const base::Time t = now().mono;
    std::string cookie = prefix + "_" + std::to_string(++count);
    std::string message = cookie + ' ' + std::move(dictionary);
    const base::Time repeat_at = connection.datagrams() ? t + repeat_after : base::never;
    auto &request = pending[std::move(cookie)];
    request = {std::move(message), std::move(answer), repeat_at, t + give_up_after};
    send(std::string(request.message)); // a copy: a lost connection ends what is pending
    rearm();
}

NgClient::NgClient(Loop &loop, base::Random &random, NgEndpoint endpoint)
    : state_(std::make_shared<State>(loop, random, std::move(endpoint))) {
    state_->timer.at(now().mono, [state = state_.get()] { state->on_timer(); });
}
NgClient::~NgClient() = default;
NgClient::NgClient(NgClient &&) noexcept = default;

void NgClient::ask(std::string dictionary, Answer answer) {
    state_->ask(std::move(dictionary), std::move(answer));
}
void NgClient::on_state(std::function<void(bool)> call) { state_->told = std::move(call); }
bool NgClient::up() const { return state_->up.value_or(false); }
const NgEndpoint &NgClient::endpoint() const { return state_->connection.endpoint(); }

} // namespace cord::io::net
