#include "io/cli/say.hpp"

#include <unistd.h>

namespace cord::io::cli {

void say(std::string_view tool, std::string_view words) {
    std::string line = fmt::format("{}: {}", tool, words);
    for (char &c : line)
        c = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    line += '\n';
    [[maybe_unused]] ssize_t n = ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace cord::io::cli
