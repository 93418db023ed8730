// The same values as JSON (RFC 8259), which ng messages may be written in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/bencode/value.hpp"

namespace cord::wire::bencode {

/// Exactly one JSON text. true and false become "yes" and "no", null an empty string, and fractions their
/// text: ng has none of them.
[[nodiscard]] base::Result<Value> parse_json(std::string_view text);

/// Length of the JSON object with which `text` begins, by its braces; nullopt while its end has not come yet.
[[nodiscard]] std::optional<std::size_t> measure_json(std::string_view text);

[[nodiscard]] std::string write_json(const Value &value);

} // namespace cord::wire::bencode
