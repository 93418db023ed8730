// JSON written piece by piece, without a library: what a method answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.hpp"

namespace cord::io::rpc {

using base::json_string;

/// `JsonText j; j.begin('{').key("Size").number(3).key("AoRs").begin('[').end(']').end('}');`
class JsonText {
  public:
    JsonText &begin(char bracket);
    JsonText &end(char bracket);
    JsonText &key(std::string_view name);
    JsonText &text(std::string_view value) { return piece(json_string(value)); }
    JsonText &number(std::int64_t value) { return piece(std::to_string(value)); }
    JsonText &real(double value);
    JsonText &truth(bool value) { return piece(value ? "true" : "false"); }
    JsonText &null() { return piece("null"); }
    /// JSON that is made already.
    JsonText &raw(std::string_view json) { return piece(json); }

    [[nodiscard]] const std::string &str() const { return out_; }

  private:
    JsonText &piece(std::string_view json);

    std::string out_;
    bool comma_ = false; ///< Whether the next piece follows another.
};

} // namespace cord::io::rpc
