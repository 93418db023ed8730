#include "base/result.hpp"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace cord::base {

std::string describe(Error e) { return fmt::format("{} (at offset {})", e.reason, e.at); }

void bug(const char *what, const char *file, int line) {
    std::fprintf(stderr, "bug: %s does not hold at %s:%d\n", what, file, line);
    std::abort();
}

} // namespace cord::base
