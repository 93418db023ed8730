#include "io/rpc/json_text.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace cord::io::rpc {

std::string json_string(std::string_view text) {
    std::string out = "\"";
    while (!base::is_utf8(text)) {
        // The longest good beginning, then one byte that is none.
        std::size_t good = 0;
        for (std::size_t length = 1; good < text.size(); good += length) {
            auto lead = static_cast<unsigned char>(text[good]);
            length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
            if (length > text.size() - good || !base::is_utf8(text.substr(good, length)))
                break;
        }
        base::append_json_escaped(out, text.substr(0, good));
        out += "\xef\xbf\xbd";
        text.remove_prefix(good + 1);
    }
    base::append_json_escaped(out, text);
    return out + "\"";
}

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
