#include "engine/transaction/deadlines.hpp"

namespace cord::engine::transaction {

void DeadlineHeap::set(std::uint32_t slot, base::Time deadline) {
    if (slot >= where_.size())
        where_.resize(slot + 1, absent);
    const std::uint32_t at = where_[slot];
    if (deadline == base::never) {
        if (at != absent)
            remove(at);
        return;
    }
    const Entry entry{deadline, slot};
    if (at == absent) {
        heap_.push_back(entry);
        sift_up(heap_.size() - 1, entry);
    } else if (deadline < heap_[at].deadline) {
        sift_up(at, entry);
    } else {
        sift_down(at, entry);
    }
}

std::optional<std::uint32_t> DeadlineHeap::pop_due(base::Time now) {
    if (heap_.empty() || heap_.front().deadline > now)
        return std::nullopt;
    const std::uint32_t slot = heap_.front().slot;
    remove(0);
    return slot;
}

void DeadlineHeap::remove(std::size_t at) {
    where_[heap_[at].slot] = absent;
    const Entry last = heap_.back();
    heap_.pop_back();
    if (at == heap_.size())
        return;
    if (at > 0 && last.deadline < heap_[(at - 1) / 2].deadline)
        sift_up(at, last);
    else
        sift_down(at, last);
}

void DeadlineHeap::place(std::size_t at, Entry entry) {
    heap_[at] = entry;
    where_[entry.slot] = static_cast<std::uint32_t>(at);
}

void DeadlineHeap::sift_up(std::size_t at, Entry entry) {
    while (at > 0 && entry.deadline < heap_[(at - 1) / 2].deadline) {
        place(at, heap_[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(at, entry);
}

void DeadlineHeap::sift_down(std::size_t at, Entry entry) {
    for (;;) {
        std::size_t child = 2 * at + 1;
        if (child >= heap_.size())
            break;
        if (child + 1 < heap_.size() && heap_[child + 1].deadline < heap_[child].deadline)
            ++child;
        if (heap_[child].deadline >= entry.deadline)
            break;
        place(at, heap_[child]);
        at = child;
    }
    place(at, entry);
}

} // namespace cord::engine::transaction
