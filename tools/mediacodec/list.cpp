#include <fmt/format.h>

#include "commands.hpp"
#include "io/cli/table.hpp"
#include "io/codec/codec.hpp"

namespace cord::mediacodec {

Outcome<void> list(bool json) {
    using Kind = io::cli::Column::Kind;
    io::cli::Table table({{"name"},
                          {"kind"},
                          {"clock_rate", Kind::number},
                          {"channels", Kind::number},
                          {"encode", Kind::yes_no},
                          {"decode", Kind::yes_no},
                          {"library"}},
                         io::cli::Table::form(json));
    for (const io::codec::Codec &c : io::codec::codecs())
        table.row({c.name, c.kind, std::to_string(c.clock_rate), std::to_string(c.channels),
                   c.encodes() ? "true" : "false", c.decodes() ? "true" : "false",
                   c.missing() ? fmt::format("missing: {}", c.library) : c.library});
    return {};
}

} // namespace cord::mediacodec
