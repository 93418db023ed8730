#include "engine/proxy/keep.hpp"

#include <algorithm>
#include <concepts>
#include <map>
#include <type_traits>

#include "engine/proxy/calls.hpp"
#include "engine/proxy/state.hpp"
#include "wire/bencode/bencode.hpp"

namespace cord::engine::proxy {
namespace {

using wire::bencode::Dict;
using wire::bencode::List;
using wire::bencode::Value;

/// What is kept of each thing, for writing and reading alike. Calls that are ended or not yet answered are
/// not kept, and neither are their like below.
template <class Archive, class T>
void visit_fields(Archive &a, T &v) {
    using Kind = std::remove_const_t<T>;
    if constexpr (std::is_same_v<Kind, Flow>) {
        a("transport", v.transport);
        a("local", v.local);
        a("remote", v.remote);
    } else if constexpr (std::is_same_v<Kind, Leg>) {
        a("aor", v.aor);
        a("slot", v.slot);
        a("flow", v.flow);
        a("kind", v.kind);
        a("trunk", v.trunk);
    } else if constexpr (std::is_same_v<Kind, BridgeSession>) {
        a("breaker", v.breaker);
        a("call-id", v.call_id);
        a("via-branch", v.via_branch);
        a("caller", v.caller);
        a("callee", v.callee);
    } else if constexpr (std::is_same_v<Kind, DialogSide>) {
        a("tag", v.tag);
        a("address", v.address);
        a("target", v.target);
        a("cseq", v.cseq);
        a("route", v.route);
    } else if constexpr (std::is_same_v<Kind, Dialog>) {
        a("caller", v.caller);
        a("callee", v.callee);
        a("confirmed", v.confirmed);
        a("ended", v.ended);
    } else if constexpr (std::is_same_v<Kind, CallBranch>) {
        a("callee", v.callee);
        a("bridge", v.bridge);
        a("dialogs", v.dialogs);
        a("cseq-shift", v.cseq_shift);
    } else {
        static_assert(std::is_same_v<Kind, Call>);
        a("id", v.id);
        a("call-id", v.call_id);
        a("from", v.from);
        a("to", v.to);
        a("invite", v.invite);
        a("caller", v.caller);
        a("caller-tag", v.caller_tag);
        a("branches", v.branches);
        a("began", v.began);
        a("answered", v.answered);
        a("codecs", v.codecs);
        a("breaker", v.breaker);
        a("subscribed-until", v.subscribed_until);
    }
}

/// Monotonic time begins anew with the machine: times are written by the wall clock.
base::UnixTime wall_time(base::Time at, const base::Now &now) {
    return now.unix + std::chrono::duration_cast<std::chrono::microseconds>(at - now.mono);
}

class Writer {
  public:
    explicit Writer(const base::Now &now) : now_(now) {}

    template <class T>
    void operator()(const char *key, const T &value) {
        out_.push_back({key, write(value)});
    }
    template <class T>
    void operator()(const char *key, const std::optional<T> &value) {
        if (value)
            (*this)(key, *value);
    }
    Dict take() { return std::move(out_); }

  private:
    template <class T>
    Value write(const T &value) {
        if constexpr (std::is_enum_v<T>) {
            return static_cast<std::int64_t>(value);
        } else if constexpr (std::integral<T> || std::is_same_v<T, std::string>) {
            return value;
        } else if constexpr (std::is_same_v<T, base::Time>) {
            return wall_time(value, now_).time_since_epoch().count();
        } else if constexpr (std::is_same_v<T, base::Endpoint>) {
            return value.text();
        } else {
            Writer inner(now_);
            visit_fields(inner, value);
            return inner.take();
        }
    }
    template <class T>
    Value write(const std::vector<T> &values) {
        List list;
        for (const T &value : values)
            list.push_back(write(value));
        return list;
    }

    base::Now now_;
    Dict out_;
};

class Reader {
  public:
    Reader(const Dict &in, const base::Now &now) : in_(in), now_(now) {}

    template <class T>
    void operator()(const char *key, T &value) {
        const Value *found = wire::bencode::find(in_, key);
        good_ = found != nullptr && read(*found, value) && good_;
    }
    template <class T>
    void operator()(const char *key, std::optional<T> &value) {
        if (wire::bencode::find(in_, key) != nullptr)
            (*this)(key, value.emplace());
    }
    [[nodiscard]] bool good() const { return good_; }

  private:
    template <class T>
    bool read(const Value &from, T &value) {
        if constexpr (std::integral<T> || std::is_enum_v<T>) {
            if (from.number() == nullptr)
                return false;
            value = static_cast<T>(*from.number());
            return true;
        } else if constexpr (std::is_same_v<T, base::Time>) {
            if (from.number() == nullptr)
                return false;
            value = now_.mono + (base::UnixTime(std::chrono::microseconds(*from.number())) - now_.unix);
            return true;
        } else {
            return from.dict() != nullptr && read_fields(*from.dict(), value);
        }
    }
    bool read(const Value &from, std::string &value) {
        if (from.text() == nullptr)
            return false;
        value = *from.text();
        return true;
    }
    bool read(const Value &from, base::Endpoint &value) {
        auto endpoint = base::Endpoint::parse(from.text() != nullptr ? *from.text() : "");
        value = endpoint.value_or(value);
        return endpoint.has_value();
    }
    template <class T>
    bool read(const Value &from, std::vector<T> &values) {
        return from.list() != nullptr &&
               std::all_of(from.list()->begin(), from.list()->end(),
                           [&](const Value &each) { return read(each, values.emplace_back()); });
    }
    template <class T>
    bool read_fields(const Dict &from, T &value) {
        Reader inner(from, now_);
        visit_fields(inner, value);
        return inner.good();
    }

    const Dict &in_;
    base::Now now_;
    bool good_ = true;
};

std::string record_of(const Call &call, const base::Now &now) {
    Writer writer(now);
    visit_fields(writer, call);
    return wire::bencode::write(writer.take());
}

/// Only its number: nothing is kept of it any more.
std::string end_of(std::uint64_t call) { return wire::bencode::write(Dict{{"id", call}}); }

/// The newest record of each call, by its number.
std::map<std::int64_t, Value> newest(std::string_view records) {
    std::map<std::int64_t, Value> calls;
    for (;;) {
        auto size = wire::bencode::measure(records);
        if (!size || !*size)
            return calls;
        auto record = wire::bencode::parse(records.substr(0, **size));
        records.remove_prefix(**size);
        const Dict *fields = record ? record->dict() : nullptr;
        const Value *id = fields != nullptr ? wire::bencode::find(*fields, "id") : nullptr;
        if (id == nullptr || id->number() == nullptr)
            continue;
        if (fields->size() == 1)
            calls.erase(*id->number());
        else
            calls[*id->number()] = std::move(*record);
    }
}

} // namespace

void keep_changes(State &s) {
    for (std::uint64_t id : std::exchange(s.changed_calls, {})) {
        auto found = s.calls.find(id);
        const bool lives = found != s.calls.end() && found->second.has_live_dialog();
        if (lives)
            s.effects.push_back(Keep{record_of(found->second, s.now)});
        else if (s.kept_calls.contains(id))
            s.effects.push_back(Keep{end_of(id)});
        if (lives)
            s.kept_calls.insert(id);
        else
            s.kept_calls.erase(id);
    }
}

std::string kept_calls(const State &s) {
    std::string records;
    for (std::uint64_t id : s.kept_calls)
        records += record_of(s.calls.at(id), s.now);
    return records;
}

std::size_t restore_calls(State &s, std::string_view records) {
    std::size_t count = 0;
    for (const auto &[id, record] : newest(records)) {
        Call call;
        Reader reader(*record.dict(), s.now);
        visit_fields(reader, call);
        if (reader.good() && adopt_call(s, std::move(call)))
            ++count;
    }
    return count;
}

} // namespace cord::engine::proxy
