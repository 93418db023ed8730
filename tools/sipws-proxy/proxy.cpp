#include "proxy.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "engine/locate/table.hpp"
#include "io/net/clock.hpp"
#include "io/net/host.hpp"
#include "io/net/ndjson.hpp"

namespace cord::tools::sipws_proxy {

using engine::proxy::UserAnswer;
using io::net::Flow;
using io::net::now;
using namespace std::chrono_literals;

namespace {

engine::resolve::Reach reach_of(const std::vector<engine::proxy::Listener> &listeners) {
    using engine::proxy::Listener;
    auto any = [&](auto &&fits) { return std::any_of(listeners.begin(), listeners.end(), fits); };
    auto listens = [&](engine::proxy::Transport t) {
        return any([t](const Listener &l) { return l.transport == t; });
    };
    using engine::proxy::Transport;
    engine::resolve::Reach reach{listens(Transport::udp), listens(Transport::tcp), listens(Transport::tls)};
    reach.ipv4 = any([](const Listener &l) { return !l.local.ip.v6 || l.local.ip.is_any(); });
    reach.ipv6 = any([](const Listener &l) { return l.local.ip.v6; });
    return reach;
}

} // namespace

Proxy::Proxy(io::net::Loop &loop, Setup setup)
    : loop_(loop), setup_(std::move(setup)), files_(setup_.www),
      transports_(
          loop,
          {{}, {setup_.origins, [this](const io::http::Request &request) { return files_.answer(request); }}},
          {[this](const Flow &flow, base::Bytes bytes) {
               trace(flow, false, bytes);
               core_->on_message(flow, bytes, now());
               settle();
           },
           [this](const Flow &flow, const wire::sip::FrameError &error) { on_broken(flow, error); },
           [this](const Flow &flow) {
               core_->on_flow_closed(flow, now());
               settle();
           },
           [this](std::uint64_t token) {
               core_->on_send_failed(static_cast<engine::transaction::Id>(token), now());
               settle();
           },
           [this](const Flow &flow, const wire::sip::Identities &who) { core_->on_proved(flow, who); }}),
      core_deadline_(loop,
                     [this] {
                         core_->on_timer(now());
                         settle();
                     }),
      retry_timer_(loop), drain_timer_(loop) {}

Proxy::~Proxy() = default;

base::Result<void, io::net::SystemError> Proxy::bind(engine::proxy::Listener listener) {
    auto local = transports_.listen(listener.transport, listener.local);
    if (!local)
        return tl::unexpected(local.error());
    listener.local = *local;
    setup_.config.listeners.push_back(std::move(listener));
    return {};
}

void Proxy::keep_state(StateFolder folder) {
    setup_.config.keep_calls = true;
    setup_.config.secret = folder.secret();
    state_ = std::move(folder);
}

void Proxy::start(io::db::Url database, std::function<void()> ready) {
    started_ = now().mono;
    setup_.config.breakers = setup_.breakers.size();
    setup_.config.own_hosts = io::net::own_names();
    note_hearers();
    core_ = std::make_unique<engine::proxy::Core>(setup_.config, random_);
    dns_ = std::make_unique<io::resolve::Dns>(loop_, setup_.dns);
    resolver_ =
        std::make_unique<io::resolve::Resolver>(loop_, *dns_, reach_of(setup_.config.listeners), random_);
    database_ =
        std::make_unique<io::db::DatabaseThread>(std::move(database), [this](std::function<void()> work) {
            loop_.post([this, work = std::move(work)] {
                transports_.hold();
                work();
                transports_.release();
            });
        });
    if (state_)
        if (std::size_t calls = core_->restore(state_->records(), now()); calls > 0)
            base::log::info("proxy", "calls of the process before that go on: {}", calls);
    for (std::size_t i = 0; i < setup_.breakers.size(); ++i) {
        breakers_.emplace_back(loop_, random_, setup_.breakers[i]);
        breakers_.back().on_state([this, i](bool up) { on_breaker_state(i, up); });
    }
    read_database(std::move(ready));
}

/// Bindings until they were read once, for from then on memory knows better.
void Proxy::read_database(std::function<void()> then) {
    const bool bindings_too = !bindings_loaded_;
    database_->run([this, bindings_too, then = std::move(then)](io::db::Database *database) {
        auto tables = read_tables(database, bindings_too, now().unix);
        loop_.post([this, then, tables = tables ? std::make_shared<Tables>(std::move(*tables)) : nullptr] {
            if (tables)
                take_tables(std::move(*tables));
            else
                retry_timer_.after(std::chrono::seconds(2), [this] { read_database({}); });
            if (then)
                then();
        });
    });
}

void Proxy::take_tables(Tables tables) {
    setup_.config.trusted = std::move(tables.trusted);
    setup_.config.directory = std::move(tables.directory);
    setup_.config.dial_plan = std::move(tables.dial_plan);
    if (setup_.domains_from_database)
        setup_.config.domains = tables.domains.empty() ? io::net::own_names() : std::move(tables.domains);
    configure_core();
    if (std::exchange(bindings_loaded_, true))
        return;
    std::vector<engine::locate::Binding> bindings;
    for (const auto &row : tables.bindings)
        if (auto binding = binding_of(row))
            bindings.push_back(std::move(*binding));
    core_->load(std::move(bindings), now());
    settle();
}

std::optional<engine::locate::Binding> Proxy::binding_of(const engine::locate::Row &row) const {
    std::vector<std::pair<engine::transaction::Transport, base::Endpoint>> sockets;
    for (const auto &listener : setup_.config.listeners)
        sockets.emplace_back(listener.transport, listener.local);
    auto binding = engine::locate::from_row(row, sockets);
    // Rows of others may name the socket that takes every address.
    if (binding && binding->flow.local.ip.is_any())
        binding->flow.local.ip =
            io::net::source_address(binding->flow.remote.ip).value_or(binding->flow.local.ip);
    return binding;
}

void Proxy::note_hearers() {
    setup_.config.events = !setup_.events.empty();
    setup_.config.explain = hears_reasons();
}

bool Proxy::hears_reasons() const {
    return !setup_.events.empty() || base::log::enabled(base::log::Level::debug);
}

void Proxy::configure_core() {
    note_hearers();
    core_->reconfigure(setup_.config);
    settle();
}

void Proxy::reload() {
    users_.forget_all();
    read_database({});
}

void Proxy::reconfigure(Settings settings) {
    engine::proxy::Config &config = settings.config;
    for (std::size_t i = 0; i < setup_.config.listeners.size(); ++i)
        config.listeners[i].local = setup_.config.listeners[i].local;
    config.own_hosts = std::move(setup_.config.own_hosts);
    config.breakers = setup_.config.breakers;
    config.keep_calls = setup_.config.keep_calls;
    config.trusted = std::move(setup_.config.trusted); // as the domains
    config.directory = std::move(setup_.config.directory);
    config.dial_plan = std::move(setup_.config.dial_plan);
    if (settings.domains_from_database)
        config.domains = std::move(setup_.config.domains); // until the database has told others
    static_cast<Settings &>(setup_) = std::move(settings);
    transports_.allow_origins(setup_.origins);
    configure_core();
    reload();
}

/// Every input ends here: what the core wants is done after it has returned, so nothing re-enters it.
void Proxy::settle() {
    for (auto effects = core_->take_effects(); !effects.empty(); effects = core_->take_effects())
        for (engine::proxy::Effect &effect : effects)
            std::visit([this](auto &e) { apply(e); }, effect);
    if (state_)
        write_state(); // before anything is said that rests on it
    transports_.flush();
    core_deadline_.set(core_->next_deadline());
}

void Proxy::apply(engine::proxy::Send &send) {
    std::string copy = setup_.trace.empty() ? std::string() : send.bytes;
    auto used = transports_.send(send.flow, std::move(send.bytes), static_cast<std::uint64_t>(send.id));
    if (used && used->connection != send.flow.connection)
        core_->on_sent(send.id, *used);
    if (used && !copy.empty())
        trace(*used, true, base::as_bytes(copy));
}

void Proxy::apply(engine::proxy::Keep &keep) { state_records_ += keep.record; }

void Proxy::write_state() {
    if (!state_records_.empty())
        state_->append(std::exchange(state_records_, {}));
    if (state_->wants_rewrite(now().mono))
        state_->rewrite(core_->kept(), now().mono);
}

void Proxy::apply(engine::proxy::Store &store) {
    io::db::DatabaseThread::Stored stored;
    if (store.token != 0)
        stored = [this, token = store.token](bool ok) {
            core_->on_stored(token, ok, now());
            settle();
        };
    database_->store(std::move(store.changes), std::move(stored));
}

void Proxy::apply(engine::proxy::LookUser &look) {
    std::string aor = engine::locate::aor_key(look.user, look.domain);
    if (const UserAnswer *known = users_.find(aor, now().mono))
        return core_->on_user(look.token, *known, now()); // whoever applies this looks for what follows
    database_->look_user(look.user, look.domain,
                         [this, aor, token = look.token](const auto &found, auto version) {
                             UserAnswer answer;
                             if (!found)
                                 answer.status = UserAnswer::Status::unavailable;
                             else if (*found)
                                 answer = {UserAnswer::Status::found, (*found)->md5, (*found)->md5_at,
                                           (*found)->sha256, (*found)->sha512_256};
                             users_.put(aor, answer, version, now().mono);
                             core_->on_user(token, answer, now());
                             settle();
                         });
}

void Proxy::apply(engine::proxy::Resolve &question) {
    auto then = [this, token = question.token,
                 host = question.destination.host](const std::vector<engine::resolve::Hop> &hops) {
        std::vector<engine::proxy::NextHop> found;
        for (const engine::resolve::Hop &hop : hops) {
            // RFC 5922 section 4: who serves a domain proves to be that, whatever the names on the way to it.
            if (hop.transport == engine::proxy::Transport::tls)
                transports_.name_peer(hop.address, host);
            if (auto source = io::net::source_address(hop.address.ip))
                found.push_back({hop, *source});
        }
        core_->on_resolved(token, std::move(found), now());
        settle();
    };
    resolver_->find(std::move(question.destination), std::move(then));
}

void Proxy::apply(engine::proxy::AskBreaker &ask) {
    io::net::NgClient::Answer answer;
    if (ask.token != 0)
        answer = [this, token = ask.token](std::optional<std::string_view> reply) {
            core_->on_breaker(token, reply, now());
            settle();
        };
    breakers_[ask.breaker].ask(std::move(ask.dictionary), std::move(answer));
}

void Proxy::apply(engine::proxy::Event &e) {
    if (e.type == "refused")
        refusals_.tell(e, now().mono);
    event(e);
}

void Proxy::apply(engine::proxy::Account &a) {
    database_->account({a.missed, std::move(a.method), std::move(a.from_tag), std::move(a.to_tag),
                        std::move(a.call_id), std::to_string(a.code), std::move(a.reason), a.at});
}

void Proxy::event(const engine::proxy::Event &e) {
    for (io::net::LineSink &sink : setup_.events)
        sink.write(io::net::event_line(now().unix, setup_.node, e));
}

void Proxy::trace(const Flow &flow, bool outbound, base::Bytes bytes) {
    for (io::net::LineSink &sink : setup_.trace)
        sink.write(io::net::trace_line(now().unix, setup_.node, flow, outbound, bytes));
}

/// RFC 3261 section 18.3: where the next message would begin is not known, so the answer is the last word.
void Proxy::on_broken(const Flow &flow, const wire::sip::FrameError &error) {
    if (error.request)
        trace(flow, false, base::as_bytes(error.request->bytes()));
    core_->on_broken(flow, error, now());
    settle();
    transports_.close(flow);
}

void Proxy::on_breaker_state(std::size_t breaker, bool up) {
    std::string where = setup_.breakers[breaker].address;
    if (up)
        base::log::info("breaker", "{} answers", where);
    else
        base::log::warning("breaker", "{} does not answer: new calls go without it", where);
    core_->set_breaker(breaker, up);
    event({up ? "breaker-up" : "breaker-down", {{"breaker", where}}});
}

std::size_t Proxy::kick(const std::string &user, const std::string &domain, const std::string &contact) {
    std::size_t removed = core_->kick(user, domain, contact, now());
    settle();
    return removed;
}

bool Proxy::add_contact(engine::locate::Row row) {
    if (row.ruid.empty())
        row.ruid = "cord-" + random_.token(16);
    auto binding = binding_of(row);
    if (!binding)
        return false;
    core_->add(std::move(*binding), now());
    settle();
    return true;
}

bool Proxy::hang_up(std::uint64_t call) {
    const bool found = core_->hang_up(call, now());
    settle();
    return found;
}

std::vector<std::pair<std::string, bool>> Proxy::breakers() const {
    std::vector<std::pair<std::string, bool>> out;
    for (const io::net::NgClient &breaker : breakers_)
        out.emplace_back(breaker.endpoint().address, breaker.up());
    return out;
}

std::vector<engine::proxy::Statistic> Proxy::statistics() const {
    using Kind = engine::proxy::Statistic::Kind;
    auto out = core_->statistics();
    io::net::Transports::Counts net = transports_.counts();
    const auto up = std::count_if(breakers_.begin(), breakers_.end(), [](const auto &b) { return b.up(); });
    out.push_back({"breakers_up", static_cast<std::uint64_t>(up), Kind::level});
    out.push_back({"connections", net.connections, Kind::level});
    out.push_back({"connections_half_open", net.half_open, Kind::level});
    io::db::DatabaseThread::Counts db = database_->counts();
    std::uint64_t dropped = 0;
    for (const io::net::LineSink &sink : setup_.trace)
        dropped += sink.dropped();
    for (const io::net::LineSink &sink : setup_.events)
        dropped += sink.dropped();
    for (auto &[name, value] :
         std::initializer_list<std::pair<const char *, std::uint64_t>>{{"connections_accepted", net.accepted},
                                                                       {"connections_refused", net.refused},
                                                                       {"streams_broken", net.broken},
                                                                       {"datagrams_refused", net.udp_refused},
                                                                       {"db_commits", db.commits},
                                                                       {"db_changes", db.changes},
                                                                       {"db_failures", db.failures},
                                                                       {"accounts", db.accounts},
                                                                       {"accounts_lost", db.accounts_lost},
                                                                       {"lines_dropped", dropped}})
        out.push_back({name, value});
    return out;
}

} // namespace cord::tools::sipws_proxy
