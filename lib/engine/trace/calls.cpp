#include "engine/trace/calls.hpp"

#include <algorithm>

namespace cord::engine::trace {

const std::shared_ptr<Call> &Calls::call(std::string_view call_id) {
    const auto found = by_call_id_.find(call_id);
    if (found != by_call_id_.end())
        return found->second;
    // Not make_shared: addresses that media are awaited at point here weakly, and must not hold the memory of
    // what is forgotten.
    calls_.push_back(std::shared_ptr<Call>(new Call(std::string(call_id))));
    return by_call_id_.emplace(calls_.back()->call_id(), calls_.back()).first->second;
}

std::optional<Calls::Added> Calls::add(const SipRecord &record) {
    const auto message = read_message(record.raw);
    if (!message)
        return std::nullopt;
    const std::shared_ptr<Call> c = call(message->call_id());
    const std::size_t before = c->messages().empty() ? 0 : c->cost();
    const Entry &entry = c->add(Entry(++messages_, record, *message), *message);
    kept_ = kept_ + c->cost() - before;
    if (c->kind() == Call::Kind::call && c->number == 0)
        c->number = ++numbered_;
    if (entry.repeat == Repeat::no)
        media_.learn(c, entry, *message);
    if (kept_ > keep_)
        forget_oldest(*c);
    return Added{c.get(), &entry};
}

std::optional<MediaHit> Calls::add(const Datagram &datagram) { return media_.add(datagram); }

void Calls::forget_oldest(const Call &but) {
    while (kept_ > keep_ && calls_.front().get() != &but) {
        kept_ -= calls_.front()->cost();
        by_call_id_.erase(calls_.front()->call_id());
        calls_.pop_front();
        ++forgotten_;
    }
}

std::vector<const Call *> Calls::all() const {
    std::vector<const Call *> out;
    for (const auto &c : calls_)
        out.push_back(c.get());
    return out;
}

std::vector<const Call *> Calls::listed() const {
    auto out = all();
    std::stable_sort(out.begin(), out.end(), [](const Call *a, const Call *b) {
        const auto key = [](const Call *c) { return c->number == 0 ? UINT32_MAX : c->number; };
        return key(a) < key(b);
    });
    return out;
}

} // namespace cord::engine::trace
