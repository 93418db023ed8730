// A heap of deadlines, at most one for each of a dense range of slots, moved in place when one changes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"

namespace cord::engine::transaction {

class DeadlineHeap {
  public:
    /// Files the slot's deadline, in place of the one it had; base::never takes it out.
    void set(std::uint32_t slot, base::Time deadline);
    [[nodiscard]] base::Time next() const { return heap_.empty() ? base::never : heap_.front().deadline; }
    /// Takes out one slot whose deadline has come.
    [[nodiscard]] std::optional<std::uint32_t> pop_due(base::Time now);

  private:
    static constexpr std::uint32_t absent = UINT32_MAX;
    struct Entry {
        base::Time deadline;
        std::uint32_t slot;
    };

    void remove(std::size_t at);
    void place(std::size_t at, Entry entry);
    void sift_up(std::size_t at, Entry entry);
    void sift_down(std::size_t at, Entry entry);

    std::vector<Entry> heap_;
    std::vector<std::uint32_t> where_; // of each slot, its place in heap_ or absent
};

} // namespace cord::engine::transaction
