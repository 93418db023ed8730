#include "engine/proxy/quality.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "engine/proxy/state.hpp"
#include "wire/bencode/bencode.hpp"

namespace cord::engine::proxy {
namespace {

using wire::bencode::Dict;
using wire::bencode::find;
using wire::bencode::List;

const Dict &dict_at(const Dict &in, std::string_view key) {
    static const Dict none;
    const auto *value = find(in, key);
    return value != nullptr && value->dict() != nullptr ? *value->dict() : none;
}

const List &list_at(const Dict &in, std::string_view key) {
    static const List none;
    const auto *value = find(in, key);
    return value != nullptr && value->list() != nullptr ? *value->list() : none;
}

std::int64_t number_at(const Dict &in, std::string_view key) {
    const auto *value = find(in, key);
    return value != nullptr && value->number() != nullptr ? *value->number() : 0;
}

/// A source of rtpengine's has its jitter in a dictionary of averages.
void add_source(LegQuality &leg, const Dict &sources, std::int64_t ssrc) {
    const Dict &source = dict_at(sources, std::to_string(ssrc));
    leg.packets += number_at(source, "packets");
    leg.lost += number_at(source, "cumulative loss");
    leg.jitter_ms = std::max(
        {leg.jitter_ms, number_at(source, "jitter"), number_at(dict_at(source, "average MOS"), "jitter")});
}

/// rtpengine names sources at the media or, in older releases, at their streams.
void add_media(LegQuality &leg, const Dict &sources, const Dict &media) {
    const List &ingress = list_at(media, "ingress SSRCs");
    for (const auto &item : ingress.empty() ? list_at(media, "streams") : ingress)
        if (item.dict() != nullptr)
            add_source(leg, sources, number_at(*item.dict(), "SSRC"));
}

void add_fields(CallEnd &end, const char *side, const LegQuality &leg) {
    end.fields.emplace_back(std::string(side) + "_packets", leg.packets);
    end.fields.emplace_back(std::string(side) + "_lost", leg.lost);
    end.fields.emplace_back(std::string(side) + "_jitter_ms", leg.jitter_ms);
}

} // namespace

std::optional<Quality> read_quality(std::string_view reply, std::string_view caller_tag) {
    auto value = wire::bencode::parse(reply);
    if (!value || value->dict() == nullptr || find(*value->dict(), "tags") == nullptr)
        return std::nullopt;
    Quality quality;
    const Dict &sources = dict_at(*value->dict(), "SSRC");
    for (const auto &[tag, side] : dict_at(*value->dict(), "tags"))
        if (side.dict() != nullptr)
            for (const auto &media : list_at(*side.dict(), "medias"))
                if (media.dict() != nullptr)
                    add_media(tag == caller_tag ? quality.caller : quality.callee, sources, *media.dict());
    return quality;
}

void tell_end(State &s, const Call &call, CallEnd end) {
    if (!call.is_bridged())
        return s.event("call-end", std::move(end.fields));
    s.ended_calls.emplace(call.id, std::move(end));
    // More than one where the first fell silent while another branch began.
    std::set<std::size_t> breakers;
    for (const CallBranch &branch : call.branches)
        if (branch.bridge)
            breakers.insert(branch.bridge->breaker);
    const std::size_t asked = breakers.extract(breakers.begin()).value();
    s.ask_breaker({Question::Kind::last_numbers, call.id, 0}, asked, ng_delete_call(call.call_id));
    for (std::size_t other : breakers)
        s.effects.push_back(AskBreaker{0, other, ng_delete_call(call.call_id)});
}

void on_last_numbers(State &s, std::uint64_t call, std::optional<std::string_view> reply) {
    CallEnd end = std::move(s.ended_calls.extract(call).mapped());
    if (auto quality = reply ? read_quality(*reply, end.caller_tag) : std::nullopt) {
        add_fields(end, "caller", quality->caller);
        add_fields(end, "callee", quality->callee);
    }
    s.event("call-end", std::move(end.fields));
}

} // namespace cord::engine::proxy
