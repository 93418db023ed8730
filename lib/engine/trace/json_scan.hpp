// Reads flat JSON objects (RFC 8259) member by member, without building anything: trace lines come by the
// million.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cord::engine::trace {

struct JsonMember {
    std::string_view name;  ///< Escapes as written: no name of a trace has any.
    std::string_view value; ///< As written, strings without their quotes.
    bool is_string = false;
};

class JsonScan {
  public:
    explicit JsonScan(std::string_view object);

    /// The next member of the object. Values that are objects or arrays themselves are seen whole.
    [[nodiscard]] std::optional<JsonMember> next();
    /// After the last member: whether the text was one well-formed object.
    [[nodiscard]] bool complete() const { return complete_; }

  private:
    void skip_blanks();
    [[nodiscard]] bool take(char c);
    [[nodiscard]] std::optional<std::string_view> string();
    [[nodiscard]] bool skip_nested();

    std::string_view rest_;
    bool first_ = true;
    bool open_ = false;
    bool complete_ = false;
};

/// Appends what the inside of a JSON string means; false when an escape is none.
[[nodiscard]] bool append_unescaped(std::string &out, std::string_view inside);

} // namespace cord::engine::trace
