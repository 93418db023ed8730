// Bencode as ng speaks it: keys in any order, strings of any bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/bencode/value.hpp"

namespace cord::wire::bencode {

/// Lists and dictionaries inside one another, at most.
inline constexpr int max_depth = 32;

/// Exactly one value, and nothing behind it.
[[nodiscard]] base::Result<Value> parse(std::string_view text);

/// How many bytes the value takes with which `text` begins; nullopt while its end has not come yet. Builds
/// nothing, so that a stream may ask after each read.
[[nodiscard]] base::Result<std::optional<std::size_t>> measure(std::string_view text);

[[nodiscard]] std::string write(const Value &value);

} // namespace cord::wire::bencode
