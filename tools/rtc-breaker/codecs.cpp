#include "codecs.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <vector>

#include "base/text.hpp"
#include "io/process/child.hpp"

namespace cord::tools::rtc_breaker {

namespace {

constexpr auto patience = std::chrono::seconds(5);

/// All that the program writes to its end; less when it takes too long.
std::string output_of(const std::string &program, const std::vector<std::string> &arguments) {
    std::string out;
    auto child = io::process::Child::spawn(program, arguments, io::process::Child::Pipes::standard);
    if (!child)
        return out;
    const auto until = std::chrono::steady_clock::now() + patience;
    for (std::array<char, 4096> some;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd waiting{child->fd(), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0)
            return out;
        const ssize_t n = ::read(child->fd(), some.data(), some.size());
        if (n <= 0)
            return out;
        out.append(some.data(), static_cast<std::size_t>(n));
    }
}

} // namespace

engine::ng::Spoken codecs_of(const std::string &program) {
    std::set<std::string, std::less<>> names;
    const std::string rows = output_of(program, {"list"});
    base::split(rows, '\n', [&](std::string_view row) {
        // name, kind, clock_rate, channels, encode, decode, library
        std::vector<std::string_view> cells;
        base::split(row, '\t', [&](std::string_view cell) { cells.push_back(cell); });
        if (cells.size() >= 6 && cells[1] == "audio" && cells[4] == "true" && cells[5] == "true")
            names.emplace(cells[0]);
    });
    return names.empty() ? engine::ng::spoken_by_all() : engine::ng::spoken(names);
}

} // namespace cord::tools::rtc_breaker
