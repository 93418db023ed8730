#include "control.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "io/net/clock.hpp"
#include "io/rpc/json_text.hpp"
#include "io/rpc/names.hpp"

namespace cord::tools::rtc_breaker {
namespace {

using engine::media::SideStatistics;
using engine::media::StreamStatistics;
using io::rpc::Answer;
using io::rpc::JsonText;
using io::rpc::Params;

constexpr int not_found = 404;

std::int64_t signed_count(std::uint64_t n) { return static_cast<std::int64_t>(n); }

void write(JsonText &json, const StreamStatistics &stream) {
    json.begin('{').key("kind").text(stream.kind == engine::media::Kind::video ? "video" : "audio");
    json.key("mid").text(stream.mid).key("remote").text(stream.remote ? stream.remote->text() : "");
    json.key("security").text(stream.security);
    json.key("received").number(signed_count(stream.received.packets));
    json.key("sent").number(signed_count(stream.sent.packets));
    json.key("silence").text(stream.silence).end('}');
}

/// Why packets of a side were not passed on, as far as any were not.
void write(JsonText &json, const engine::media::Drops &drops) {
    const std::pair<const char *, std::uint64_t> counts[] = {
        {"strangers", drops.strangers},
        {"wrong_ice_password", drops.wrong_ice_password},
        {"too_early", drops.too_early},
        {"forged", drops.forged},
        {"replayed", drops.replayed},
        {"malformed", drops.malformed},
        {"held", drops.held},
        {"unknown_payload_type", drops.unknown_payload_type},
        {"no_way_out", drops.no_way_out},
        {"too_many_sources", drops.too_many_sources},
        {"left_out", drops.left_out}};
    json.begin('{');
    for (const auto &[name, count] : counts)
        if (count > 0)
            json.key(name).number(signed_count(count));
    json.end('}');
}

Answer sessions(const Breaker &breaker) {
    JsonText json;
    json.begin('[');
    for (const engine::ng::SessionInfo &session : breaker.sessions()) {
        json.begin('{').key("id").number(signed_count(session.id)).key("call_id").text(session.call_id);
        json.key("branch").text(session.via_branch).key("answered").truth(session.answered);
        const auto duration = io::net::now().unix - session.created;
        json.key("age").number(std::chrono::duration_cast<std::chrono::seconds>(duration).count());
        const auto statistics = breaker.statistics(session.id);
        json.key("sides").begin('[');
        for (std::size_t side : {0, 1}) {
            json.begin('{').key("tag").text(session.tags[side]).key("protocol").text(session.protocols[side]);
            json.key("streams").begin('[');
            if (statistics)
                for (const StreamStatistics &stream : statistics->sides[side].streams)
                    write(json, stream);
            json.end(']').key("dropped");
            write(json, statistics ? statistics->sides[side].drops : engine::media::Drops());
            json.end('}');
        }
        json.end(']').end('}');
    }
    json.end(']');
    return json.str();
}

Answer statistics(const Breaker &breaker, const Params &params) {
    const io::media::RelayCounters counters = breaker.counters();
    const engine::ng::Counters ng = breaker.ng_counters();
    const std::pair<const char *, std::uint64_t> counts[] = {{"ng:messages", ng.messages},
                                                             {"ng:errors", ng.errors},
                                                             {"media:sessions", breaker.sessions().size()},
                                                             {"media:received", counters.received},
                                                             {"media:sent", counters.sent},
                                                             {"media:not_sent", counters.not_sent},
                                                             {"media:too_long", counters.too_long},
                                                             {"media:strays", counters.strays},
                                                             {"codec:worker_deaths", counters.worker_deaths}};
    const std::string wanted = params.find(0, "statistics").value_or("all");
    const auto is_wanted = [&](const char *name) {
        return wanted == "all" || wanted == name ||
               std::find(params.items.begin(), params.items.end(), name) != params.items.end();
    };
    JsonText json;
    bool any = false;
    json.begin('[');
    for (const auto &[name, count] : counts)
        if (is_wanted(name)) {
            json.text(fmt::format("{} = {}", name, count));
            any = true;
        }
    json.end(']');
    return any ? Answer(json.str())
               : io::rpc::refuse(not_found, fmt::format("there is no statistic {}", wanted));
}

} // namespace

void add_methods(io::rpc::Methods &methods, const Breaker &breaker, std::function<void()> drain) {
    methods.add("cord.sessions", [&breaker](const Params &) { return sessions(breaker); });
    methods.add(io::rpc::names::statistics, [&breaker](const Params &p) { return statistics(breaker, p); });
    methods.add("core.version",
                [](const Params &) { return Answer(JsonText().text("cordboard " CORD_VERSION).str()); });
    methods.add("cord.drain", [drain = std::move(drain)](const Params &) {
        drain();
        return Answer("null");
    });
}

} // namespace cord::tools::rtc_breaker
