#include "io/rpc/json_text.hpp"

#include <fmt/format.h>

namespace cord::io::rpc {

JsonText &JsonText::piece(std::string_view json) {
    if (comma_)
        out_ += ',';
    out_ += json;
    comma_ = true;
    return *this;
}

JsonText &JsonText::begin(char bracket) {
    piece({&bracket, 1});
    comma_ = false;
    return *this;
}

JsonText &JsonText::end(char bracket) {
    out_ += bracket;
    comma_ = true;
    return *this;
}

JsonText &JsonText::key(std::string_view name) {
    piece(json_string(name));
    out_ += ':';
    comma_ = false;
    return *this;
}

JsonText &JsonText::real(double value) { return piece(fmt::format("{}", value)); }

} // namespace cord::io::rpc
