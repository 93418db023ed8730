#include "engine/ng/core.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "engine/ng/cookie_cache.hpp"
#include "engine/ng/describe.hpp"
#include "engine/ng/envelope.hpp"
#include "engine/ng/negotiate.hpp"
#include "engine/ng/options.hpp"
#include "engine/ng/report.hpp"

namespace cord::engine::ng {

using wire::bencode::Dict;
using wire::bencode::List;

namespace {

Dict error(std::string_view reason) { return {{"result", "error"}, {"error-reason", reason}}; }

/// Failover of Kamailio's module looks at these words.
Dict load_limit(const Options &options, std::string_view reason) {
    if (options.understands_load_limit)
        return {{"result", "load limit"}, {"message", reason}};
    return error(reason);
}

constexpr const char *session_limit = "Parallel session limit reached";
constexpr const char *unknown_call = "Unknown call-id";

/// A call on hold may be silent for so long.
constexpr auto held_at_most = std::chrono::hours(1);

bool is_held(const Session &session) {
    for (const Side &side : session.sides)
        for (const Section &section : side.sections)
            if (section.in_use && side.peer &&
                direction_of(*side.peer, section.peer) != sdp::Direction::sendrecv)
                return true;
    return false;
}

/// RFC 3264 section 5: an offer has at least one section for us to work on.
tl::expected<sdp::Session, Dict> description(const Options &options) {
    if (!options.sdp || options.sdp->empty())
        return tl::unexpected(error("No SDP body in message"));
    auto session = sdp::parse(*options.sdp);
    if (!session) {
        Dict reply = error("Failed to parse SDP");
        reply.push_back({"detail", base::describe(session.error())});
        return tl::unexpected(std::move(reply));
    }
    if (session->media.empty())
        return tl::unexpected(error("Incomplete SDP specification"));
    return std::move(*session);
}

} // namespace

/// A command that waits for an answer of the shell.
struct Waiting {
    ClientId client = 0;
    Envelope envelope;
    Options options;
    std::vector<media::SessionId> sessions; ///< whose statistics were asked for
    std::size_t ports = 0;                  ///< how many were asked for
};

struct Core::Parts {
    Parts(Config c, base::Random &r) : config(std::move(c)), random(r) {}

    Config config;
    base::Random &random;
    CookieCache cookies;
    std::unordered_map<std::string, Call> calls;
    std::map<Token, Waiting> waiting;
    Token last_token = 0;
    media::SessionId last_session = 0;
    bool draining = false;
    std::vector<Effect> effects;

    /// Nothing when the command waits.
    std::optional<Dict> execute(const Options &options, Waiting &command, base::Now now);
    std::optional<Dict> offer(const Options &options, Waiting &command, const std::vector<BoundPort> *ports,
                              base::Now now);
    Dict answer(const Options &options, base::Now now);
    std::optional<Dict> query(const Options &options, Waiting &command);
    std::optional<Dict> remove(const Options &options, Waiting &command);
    Dict list(const Options &options) const;
    Dict reported(const Waiting &command,
                  const std::vector<std::optional<media::SessionStatistics>> &statistics, base::Now now);

    Session &session_for_offer(Call &call, const Place &place, const Options &options, base::Now now);
    [[nodiscard]] std::vector<Session *> matching(Call &call, const Options &options) const;
    std::optional<Dict> ask_statistics(const std::vector<Session *> &sessions, Waiting &command);
    std::pair<Call *, const Session *> find(media::SessionId id);
    void end(Call &call, media::SessionId id);
    void finish(const Waiting &command, const Dict &reply, base::Now now);
};

std::optional<Dict> Core::Parts::execute(const Options &options, Waiting &command, base::Now now) {
    if (options.command == "ping")
        return Dict{{"result", "pong"}};
    if (options.command == "offer")
        return offer(options, command, nullptr, now);
    if (options.command == "answer")
        return answer(options, now);
    if (options.command == "delete")
        return remove(options, command);
    if (options.command == "query")
        return query(options, command);
    if (options.command == "list")
        return list(options);
    return error(options.command.empty() ? "Dictionary contains no key \"command\"" : "Unrecognized command");
}

/// The session that the offer is for, made if it is new.
Session &Core::Parts::session_for_offer(Call &call, const Place &place, const Options &options,
                                        base::Now now) {
    if (!place.session) {
        Session &made = call.sessions.emplace_back();
        made.id = ++last_session;
        made.via_branch = options.via_branch;
        made.created = now.unix;
        return made;
    }
    Session &session = *place.session;
    // The same caller begins anew, as when a forking proxy tries the next target: whoever answered before is
    // gone.
    if (options.to_tag.empty() && session.answered) {
        const auto before = session.ports();
        session.sides[1] = Side();
        session.answered = false;
        ClosePorts close;
        const auto kept = session.ports();
        std::copy_if(before.begin(), before.end(), std::back_inserter(close.ports), [&](media::PortId port) {
            return std::find(kept.begin(), kept.end(), port) == kept.end();
        });
        effects.emplace_back(std::move(close));
        effects.emplace_back(RemoveSession{session.id});
    }
    return session;
}

std::optional<Dict> Core::Parts::offer(const Options &options, Waiting &command,
                                       const std::vector<BoundPort> *ports, base::Now now) {
    auto sdp = description(options);
    if (!sdp)
        return sdp.error();
    if (options.call_id.empty())
        return error("No call-id in message");
    if (options.from_tag.empty())
        return error("No from-tag in message");
    auto found = calls.find(options.call_id);
    if (found == calls.end() && (draining || calls.size() >= config.max_calls))
        return load_limit(options, session_limit);

    Call &call = calls[options.call_id];
    if (call.id.empty())
        call = Call{options.call_id, {}, now.unix};
    const Place place = place_of_offer(call, options.from_tag, options.to_tag, options.via_branch);
    Session &session = session_for_offer(call, place, options, now);
    const std::size_t offerer = place.session ? place.side : 0;

    const Layout layout = lay_out(session, offerer, *sdp, options, config);
    if (!layout.needs.empty() && !ports) {
        session.sides[offerer].take_tag(options.from_tag); // by which the session is found again
        command.options = options;
        command.ports = layout.needs.size();
        effects.emplace_back(BindPorts{last_token + 1, layout.needs});
        return std::nullopt;
    }
    const auto before = session.ports();
    session.sides[offerer].take_tag(options.from_tag);
    session.sides[1 - offerer].take_tag(options.to_tag);
    session.last_signal = now.unix;
    session.expires = base::never;
    const sdp::Session rewritten = take_offer(
        session, offerer, *sdp, layout, ports ? *ports : std::vector<BoundPort>(), options, config, random);
    // A browser may check and shake hands before its answer has come by us.
    if (!session.answered && session.sides[1 - offerer].facing.webrtc())
        effects.emplace_back(ApplyPlan{session.id, plan(session)});
    return Dict{{"result", "ok"}, {"sdp", sdp::write(rewritten)}};
}

Dict Core::Parts::answer(const Options &options, base::Now now) {
    auto sdp = description(options);
    if (!sdp)
        return sdp.error();
    if (options.call_id.empty())
        return error("No call-id in message");
    if (options.from_tag.empty())
        return error("No from-tag in message");
    if (options.to_tag.empty())
        return error("No to-tag in message");
    auto found = calls.find(options.call_id);
    if (found == calls.end())
        return error(unknown_call);
    const Place place = place_of_answer(found->second, options.from_tag, options.to_tag, options.via_branch);
    if (!place.session)
        return error("Invalid dialogue association");
    Session &session = *place.session;
    session.sides[place.side].take_tag(options.to_tag);
    session.last_signal = now.unix;
    const sdp::Session rewritten = take_answer(session, *sdp, options, config, random);
    effects.emplace_back(ApplyPlan{session.id, plan(session)});
    return {{"result", "ok"}, {"sdp", sdp::write(rewritten)}};
}

/// The sessions that the tags and the branch of a command mean; all of the call when it names none.
std::vector<Session *> Core::Parts::matching(Call &call, const Options &options) const {
    std::vector<Session *> out;
    auto at_either = [](const Session &session, std::string_view tag) {
        return session.sides[0].has_tag(tag) || session.sides[1].has_tag(tag);
    };
    const bool by_to_tag = options.has("to-tag") || options.command == "query";
    for (Session &session : call.sessions)
        if ((options.from_tag.empty() || at_either(session, options.from_tag)) &&
            (!by_to_tag || options.to_tag.empty() || at_either(session, options.to_tag)) &&
            (options.via_branch.empty() || options.command == "query" ||
             session.via_branch == options.via_branch))
            out.push_back(&session);
    return out;
}

std::optional<Dict> Core::Parts::ask_statistics(const std::vector<Session *> &sessions, Waiting &command) {
    for (const Session *session : sessions)
        command.sessions.push_back(session->id);
    effects.emplace_back(ReadStatistics{last_token + 1, command.sessions});
    return std::nullopt;
}

std::optional<Dict> Core::Parts::query(const Options &options, Waiting &command) {
    if (options.call_id.empty())
        return error("No call-id in message");
    auto found = calls.find(options.call_id);
    if (found == calls.end())
        return error(unknown_call);
    command.options = options;
    return ask_statistics(matching(found->second, options), command);
}

std::optional<Dict> Core::Parts::remove(const Options &options, Waiting &command) {
    if (options.call_id.empty())
        return error("No call-id in message");
    auto found = calls.find(options.call_id);
    auto sessions = found == calls.end() ? std::vector<Session *>() : matching(found->second, options);
    if (sessions.empty()) {
        constexpr const char *nothing = "Call-ID not found or tags didn't match";
        return options.has("fatal") ? error(nothing) : Dict{{"result", "ok"}, {"warning", nothing}};
    }
    // A dialog that ends takes with it the branches of its call that have lost.
    if (options.via_branch.empty())
        for (Session &session : found->second.sessions)
            if (std::find(sessions.begin(), sessions.end(), &session) == sessions.end() &&
                std::any_of(sessions.begin(), sessions.end(), [&](const Session *ended) {
                    return !ended->sides[0].tags.empty() &&
                           session.sides[0].has_tag(ended->sides[0].tags.back());
                }))
                sessions.push_back(&session);
    command.options = options;
    return ask_statistics(sessions, command);
}

Dict Core::Parts::list(const Options &options) const {
    if (options.bad_limit)
        return error("invalid limit, must be >= 0");
    constexpr std::uint32_t default_limit = 32;
    const std::size_t limit = options.limit.value_or(default_limit);
    List ids;
    for (const auto &[id, call] : calls) {
        if (ids.size() == limit)
            break;
        ids.emplace_back(id);
    }
    return {{"result", "ok"}, {"calls", std::move(ids)}};
}

/// The end of `query` and `delete`: they answer the same.
Dict Core::Parts::reported(const Waiting &command,
                           const std::vector<std::optional<media::SessionStatistics>> &statistics,
                           base::Now now) {
    auto found = calls.find(command.options.call_id);
    if (found == calls.end())
        return error(unknown_call);
    Call &call = found->second;
    Dict reply{{"result", "ok"}};
    std::vector<const Session *> sessions;
    for (media::SessionId id : command.sessions)
        for (const Session &session : call.sessions)
            if (session.id == id)
                sessions.push_back(&session);
    if (sessions.size() == statistics.size() && !command.options.has("fast"))
        report(reply, call, sessions, statistics);
    if (command.options.command != "delete")
        return reply;
    const auto delay = command.options.delete_delay.value_or(0);
    for (media::SessionId id : command.sessions)
        for (Session &session : call.sessions)
            if (session.id == id)
                session.expires = now.mono + std::chrono::seconds(delay);
    return reply;
}

std::pair<Call *, const Session *> Core::Parts::find(media::SessionId id) {
    for (auto &[name, call] : calls)
        for (const Session &session : call.sessions)
            if (session.id == id)
                return {&call, &session};
    return {};
}

/// Forgets the session; the call goes with its last one, and `call` with it.
void Core::Parts::end(Call &call, media::SessionId id) {
    auto session = std::find_if(call.sessions.begin(), call.sessions.end(),
                                [&](const Session &s) { return s.id == id; });
    effects.emplace_back(RemoveSession{id});
    effects.emplace_back(ClosePorts{session->ports()});
    call.sessions.erase(session);
    if (call.sessions.empty())
        calls.erase(std::string(call.id));
}

void Core::Parts::finish(const Waiting &command, const Dict &reply, base::Now now) {
    std::string bytes = seal(command.envelope, reply);
    if (!command.envelope.cookie.empty())
        cookies.store(command.envelope.cookie, bytes, now.mono);
    effects.emplace_back(Reply{command.client, std::move(bytes)});
}

Core::Core(Config config, base::Random &random) : parts_(std::make_unique<Parts>(std::move(config), random)) {
    CORD_ASSERT(!parts_->config.interfaces.empty());
}
Core::~Core() = default;
Core::Core(Core &&) noexcept = default;

void Core::receive(ClientId client, std::string_view message, base::Now now) {
    auto envelope = open(message);
    if (!envelope)
        return;
    if (!envelope->cookie.empty()) {
        if (const std::string *answer = parts_->cookies.find(envelope->cookie, now.mono)) {
            parts_->effects.emplace_back(Reply{client, *answer});
            return;
        }
    }
    Waiting command{client, *envelope, {}, {}, 0};
    auto dict = decode(*envelope);
    command.envelope.payload = {};
    std::optional<Dict> reply =
        dict ? parts_->execute(read_options(*dict), command, now) : error(dict.error().text());
    if (reply)
        parts_->finish(command, *reply, now);
    else
        parts_->waiting.emplace(++parts_->last_token, std::move(command));
}

void Core::bound(Token token, std::optional<std::vector<BoundPort>> ports, base::Now now) {
    auto node = parts_->waiting.extract(token);
    if (node.empty())
        return;
    Waiting &command = node.mapped();
    if (ports) {
        CORD_ASSERT(ports->size() == command.ports);
        auto reply = parts_->offer(command.options, command, &*ports, now);
        parts_->finish(command, *reply, now);
        return;
    }
    // A call that has no other session goes again.
    Call &call = parts_->calls[command.options.call_id];
    const Place place =
        place_of_offer(call, command.options.from_tag, command.options.to_tag, command.options.via_branch);
    if (place.session && place.session->sides[0].sections.empty())
        parts_->end(call, place.session->id);
    parts_->finish(command, load_limit(command.options, "Ran out of ports"), now);
}

void Core::statistics(Token token, std::vector<std::optional<media::SessionStatistics>> statistics,
                      base::Now now) {
    auto node = parts_->waiting.extract(token);
    if (node.empty())
        return;
    const Dict reply = parts_->reported(node.mapped(), statistics, now);
    parts_->finish(node.mapped(), reply, now);
    on_timer(now);
}

void Core::on_silence(media::SessionId id, base::Now now) {
    if (auto [call, session] = parts_->find(id); session)
        if (!is_held(*session) || now.unix - session->last_signal > held_at_most)
            parts_->end(*call, id);
}

void Core::on_timer(base::Now now) {
    std::vector<media::SessionId> due;
    for (const auto &[name, call] : parts_->calls)
        for (const Session &session : call.sessions)
            if (session.expires <= now.mono)
                due.push_back(session.id);
    for (media::SessionId id : due)
        parts_->end(*parts_->find(id).first, id);
}

base::Time Core::next_deadline() const {
    base::Time next = base::never;
    for (const auto &[name, call] : parts_->calls)
        for (const Session &session : call.sessions)
            next = std::min(next, session.expires);
    return next;
}

std::vector<Effect> Core::take_effects() { return std::exchange(parts_->effects, {}); }

void Core::drain() { parts_->draining = true; }

std::vector<SessionInfo> Core::sessions() const {
    std::vector<SessionInfo> out;
    for (const auto &[name, call] : parts_->calls)
        for (const Session &session : call.sessions) {
            SessionInfo info{session.id, call.id,          session.via_branch, {},
                             {},         session.answered, session.created};
            for (std::size_t side : {0, 1}) {
                info.tags[side] = session.sides[side].tags.empty() ? "" : session.sides[side].tags.back();
                info.protocols[side] = session.sides[side].facing.protocol;
            }
            out.push_back(std::move(info));
        }
    return out;
}

} // namespace cord::engine::ng
