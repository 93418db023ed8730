// The values that ng messages are made of, in bencode or in JSON: numbers, strings, lists, dictionaries.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cord::wire::bencode {

struct Entry;
class Value;

using List = std::vector<Value>;

/// Keys in the order they were written; ng does not sort them.
using Dict = std::vector<Entry>;

class Value {
  public:
    // Defined where Entry is complete.
    Value();
    template <std::integral T>
    Value(T number);
    Value(std::string text);
    Value(std::string_view text);
    Value(const char *text);
    Value(List list);
    Value(Dict dict);

    [[nodiscard]] const std::int64_t *number() const { return std::get_if<std::int64_t>(&value_); }
    [[nodiscard]] const std::string *text() const { return std::get_if<std::string>(&value_); }
    [[nodiscard]] const List *list() const { return std::get_if<List>(&value_); }
    [[nodiscard]] const Dict *dict() const { return std::get_if<Dict>(&value_); }

  private:
    std::variant<std::int64_t, std::string, List, Dict> value_;
};

struct Entry {
    std::string key;
    Value value;
};

inline Value::Value() : Value(Dict{}) {}
template <std::integral T>
Value::Value(T number) : value_(static_cast<std::int64_t>(number)) {}
inline Value::Value(std::string text) : value_(std::move(text)) {}
inline Value::Value(std::string_view text) : value_(std::string(text)) {}
inline Value::Value(const char *text) : value_(std::string(text)) {}
inline Value::Value(List list) : value_(std::move(list)) {}
inline Value::Value(Dict dict) : value_(std::move(dict)) {}

/// The first value under `key`, or nullptr.
[[nodiscard]] const Value *find(const Dict &dict, std::string_view key);

/// The string under `key`, empty where there is none.
[[nodiscard]] std::string_view text_of(const Dict &dict, std::string_view key);

} // namespace cord::wire::bencode
