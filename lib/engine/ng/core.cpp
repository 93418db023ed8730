#include "engine/ng/core.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "engine/ng/commands.hpp"
#include "engine/ng/cookie_cache.hpp"
#include "engine/ng/describe.hpp"
#include "engine/ng/envelope.hpp"

namespace cord::engine::ng {
namespace {

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

constexpr struct {
    std::string_view name;
    Outcome (*run)(State &, const Options &, base::Now);
    std::string_view counted; ///< as `statistics` calls it, where rtpengine has a name for it
} commands[] = {
    {"answer", answer, "totalanswercount"},
    {"block DTMF", block_dtmf, "totalblkdtmfcount"},
    {"block media", block_media, "totalblkmedia"},
    {"delete", remove, "totaldeletecount"},
    {"list", list, "totallistcount"},
    {"offer", offer, "totaloffercount"},
    {"pause recording", pause_recording, ""},
    {"ping", ping, "totalpingcount"},
    {"play DTMF", play_dtmf, "totalplaydtmf"},
    {"query", query, "totalquerycount"},
    {"request key frame", request_key_frame, ""},
    {"silence media", silence_media, ""},
    {"start recording", start_recording, ""},
    {"statistics", statistics, "totalstatistics"},
    {"stop recording", stop_recording, ""},
    {"unblock DTMF", unblock_dtmf, "totalunblkdtmfcount"},
    {"unblock media", unblock_media, "totalunblkmedia"},
    {"unsilence media", unsilence_media, ""},
};

Outcome execute(State &state, const Options &options, base::Now now) {
    for (const auto &command : commands)
        if (options.command == command.name) {
            ++state.counts[command.counted];
            return command.run(state, options, now);
        }
    return {
        error(options.command.empty() ? "Dictionary contains no key \"command\"" : "Unrecognized command"),
        {},
        {},
        {}};
}

} // namespace

struct Core::Parts {
    /// A command that waits for an answer of the shell.
    struct Waiting {
        ClientId client = 0;
        Envelope envelope;
        Options options;
        std::optional<OpenOffer> offer;
        std::vector<media::SessionId> sessions;
        std::string memory; ///< The key of its answer in the cache; empty: it cannot come again.
    };

    State state;
    CookieCache cookies;
    std::map<Token, Waiting> waiting;
    Token last_token = 0;
    std::vector<Effect> effects;
    Counters counters;

    void act(std::vector<Effect> more) {
        effects.insert(effects.end(), std::make_move_iterator(more.begin()),
                       std::make_move_iterator(more.end()));
    }

    void reply(Waiting &command, const Dict &dict, base::Time now) {
        const bool failed = wire::bencode::text_of(dict, "result") == "error";
        counters.errors += failed;
        state.counts["totalerrorcount"] += failed;
        std::string bytes = seal(command.envelope, dict);
        if (!command.memory.empty())
            cookies.store(std::move(command.memory), bytes, now);
        effects.emplace_back(Reply{command.client, std::move(bytes)});
    }

    void follow(Waiting command, Outcome outcome, base::Time now) {
        act(std::move(outcome.effects));
        if (outcome.reply)
            return reply(command, *outcome.reply, now);
        const Token token = ++last_token;
        if (outcome.offer)
            effects.emplace_back(BindPorts{token, outcome.offer->layout.needs});
        else
            effects.emplace_back(ReadStatistics{token, outcome.sessions});
        command.offer = std::move(outcome.offer);
        command.sessions = std::move(outcome.sessions);
        waiting.emplace(token, std::move(command));
    }
};

Core::Core(Config config, base::Random &random)
    : parts_(std::make_unique<Parts>(
          Parts{State{std::move(config), random, {}, {}, {}, 0, 0, false, {}}, {}, {}, 0, {}, {}})) {
    CORD_ASSERT(!parts_->state.config.interfaces.empty());
}
Core::~Core() = default;
Core::Core(Core &&) noexcept = default;

void Core::receive(ClientId client, std::string_view message, std::string_view sender, base::Now now) {
    ++parts_->counters.messages;
    auto envelope = open(message);
    if (!envelope) {
        ++parts_->counters.errors;
        return;
    }
    std::string memory;
    if (!sender.empty() && !envelope->cookie.empty()) {
        memory = CookieCache::key(sender, base::trim(message));
        if (const std::string *known = parts_->cookies.find(memory, now.mono)) {
            parts_->effects.emplace_back(Reply{client, *known});
            return;
        }
    }
    auto dict = decode(*envelope);
    envelope->payload = {}; // the message does not outlive this call
    Parts::Waiting command{client, std::move(*envelope), dict ? read_options(*dict) : Options(), {},
                           {},     std::move(memory)};
    Outcome outcome =
        dict ? execute(parts_->state, command.options, now) : Outcome{error(dict.error().text()), {}, {}, {}};
    parts_->follow(std::move(command), std::move(outcome), now.mono);
}

void Core::bound(Token token, std::optional<std::vector<BoundPort>> ports, base::Now now) {
    auto node = parts_->waiting.extract(token);
    if (node.empty())
        return;
    Parts::Waiting &command = node.mapped();
    CORD_ASSERT(!ports || ports->size() == command.offer->layout.needs.size());
    Outcome outcome = ports ? finish_offer(parts_->state, command.options, *command.offer, *ports, now)
                            : out_of_ports(parts_->state, command.options, *command.offer);
    parts_->act(std::move(outcome.effects));
    parts_->reply(command, *outcome.reply, now.mono);
}

void Core::statistics(Token token, std::vector<std::optional<media::SessionStatistics>> statistics,
                      base::Now now) {
    auto node = parts_->waiting.extract(token);
    if (node.empty())
        return;
    Parts::Waiting &command = node.mapped();
    parts_->reply(command, tell(parts_->state, command.options, command.sessions, statistics), now.mono);
    if (command.options.command != "delete")
        return;
    expire(parts_->state, command.options, command.sessions, now.mono);
    on_timer(now);
}

void Core::on_silence(media::SessionId id, base::Now now) {
    auto [call, session] = find(parts_->state, id);
    // While a telephone rings nothing comes; what is never answered has a deadline of its own.
    if (session == nullptr || !session->answered)
        return;
    if (!is_held(*session) || now.unix - session->last_signal > held_at_most)
        parts_->act(end(parts_->state, *call, id, End::no_media));
}

void Core::on_timer(base::Now now) {
    auto &expiring = parts_->state.expiring;
    while (!expiring.empty() && expiring.begin()->first <= now.mono) {
        const media::SessionId id = expiring.begin()->second;
        auto [call, session] = find(parts_->state, id);
        parts_->act(end(parts_->state, *call, id, session->deleted ? End::deleted : End::never_answered));
    }
}

base::Time Core::next_deadline() const {
    const auto &expiring = parts_->state.expiring;
    return expiring.empty() ? base::never : expiring.begin()->first;
}

std::vector<Effect> Core::take_effects() { return std::exchange(parts_->effects, {}); }

void Core::drain() { parts_->state.draining = true; }

Counters Core::counters() const { return parts_->counters; }

std::vector<SessionInfo> Core::sessions() const {
    std::vector<SessionInfo> out;
    for (const auto &[name, call] : parts_->state.calls)
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
