// Text from the network made fit for terminals and documents.
#pragma once

#include <string>
#include <string_view>

namespace cord::engine::trace {

/// Well-formed UTF-8 without control characters: each offending byte or character becomes a middle dot. A
/// reason phrase must not move anyone's cursor.
[[nodiscard]] std::string printable(std::string_view s);

/// Code points, which is what most terminals give a column each.
[[nodiscard]] std::size_t width_of(std::string_view s);

/// At most `width` columns, an ellipsis for what is cut.
[[nodiscard]] std::string fitted(std::string_view s, std::size_t width);

} // namespace cord::engine::trace
