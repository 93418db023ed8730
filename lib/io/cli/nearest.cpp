#include "io/cli/nearest.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace cord::io::cli {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0u);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row.back();
}

std::string suggestion(std::string_view word, const std::vector<std::string> &known) {
    const std::string *best = nullptr;
    std::size_t least = word.size() / 3 + 1; // further away it is a guess
    for (const std::string &candidate : known)
        if (std::size_t d = edit_distance(word, candidate); !candidate.empty() && d < least) {
            least = d;
            best = &candidate;
        }
    return best == nullptr ? std::string() : fmt::format(" (did you mean {}?)", *best);
}

} // namespace cord::io::cli
