#include "io/http/exposition.hpp"

#include <fmt/format.h>

namespace cord::io::http {
namespace {

/// "backslash (\), double-quote ("), and line feed (\n) characters have to be escaped"; in HELP no quotes.
std::string escaped(std::string_view text, bool quotes) {
    std::string out;
    for (char c : text) {
        if (c == '\\' || (quotes && c == '"'))
            out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

} // namespace

Exposition &Exposition::family(std::string_view name, Type type, std::string_view help) {
    name_ = name;
    out_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, escaped(help, false), name,
                        type == Type::counter ? "counter" : "gauge");
    return *this;
}

Exposition &Exposition::sample(std::uint64_t value, const Labels &labels) {
    out_ += name_;
    for (std::size_t i = 0; i < labels.size(); ++i)
        out_ +=
            fmt::format("{}{}=\"{}\"", i == 0 ? '{' : ',', labels[i].first, escaped(labels[i].second, true));
    out_ += fmt::format("{} {}\n", labels.empty() ? "" : "}", value);
    return *this;
}

} // namespace cord::io::http
