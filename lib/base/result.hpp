// Results: a value, or why there is none. Used by every module for what can go wrong from outside.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace cord::base {

/// Why something was refused: a text that lives as long as the program, and the offset in the input it is
/// about. Nothing is allocated or formatted until it is printed.
struct Error {
    const char *reason = "";
    std::uint32_t at = 0;

    [[nodiscard]] std::string_view text() const { return reason; }
};

/// "reason (at offset N)", for logs and stderr.
[[nodiscard]] std::string describe(Error e);

template <class T, class E = Error>
using Result = tl::expected<T, E>;

/// Makes the failed Result: `return fail("Content-Length is not a number", at);`
[[nodiscard]] inline tl::unexpected<Error> fail(const char *reason, std::size_t at = 0) {
    return tl::unexpected<Error>(Error{reason, static_cast<std::uint32_t>(at)});
}

/// A bug in this program, never a fault of its input: prints the place and aborts.
[[noreturn]] void bug(const char *what, const char *file, int line);

} // namespace cord::base

/// Stops the program where a condition that our own code guarantees does not hold.
#define CORD_ASSERT(condition)                                                                               \
    (static_cast<bool>(condition) ? void(0) : ::cord::base::bug(#condition, __FILE__, __LINE__))
