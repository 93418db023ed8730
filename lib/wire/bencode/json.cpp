#include "wire/bencode/json.hpp"

#include "base/text.hpp"
#include "wire/bencode/bencode.hpp"

#include <nlohmann/json.hpp>

namespace cord::wire::bencode {
namespace {

using Json = nlohmann::ordered_json;

Value from(const Json &json);

Value from_array(const Json &json) {
    List list;
    for (const Json &item : json)
        list.push_back(from(item));
    return list;
}

Value from_object(const Json &json) {
    Dict dict;
    for (const auto &[key, item] : json.items())
        dict.push_back({key, from(item)});
    return dict;
}

Value from(const Json &json) {
    if (json.is_object())
        return from_object(json);
    if (json.is_array())
        return from_array(json);
    if (json.is_string())
        return json.get_ref<const std::string &>();
    if (json.is_number_integer())
        return json.get<std::int64_t>();
    if (json.is_boolean())
        return json.get<bool>() ? "yes" : "no";
    return json.is_null() ? std::string() : json.dump();
}

void append_text(std::string &out, std::string_view text) {
    out += '"';
    base::append_json_escaped(out, text);
    out += '"';
}

void append(std::string &out, const Value &value) {
    const char *comma = "";
    if (auto number = value.number()) {
        out += std::to_string(*number);
    } else if (auto text = value.text()) {
        append_text(out, *text);
    } else if (auto list = value.list()) {
        out += '[';
        for (const Value &item : *list) {
            out += std::exchange(comma, ",");
            append(out, item);
        }
        out += ']';
    } else {
        out += '{';
        for (const Entry &entry : *value.dict()) {
            out += std::exchange(comma, ",");
            append_text(out, entry.key);
            out += ':';
            append(out, entry.value);
        }
        out += '}';
    }
}

/// Whether brackets stay within max_depth, before a recursive parser sees them.
bool shallow(std::string_view text) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\' && quoted)
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']'))
            depth--;
        if (depth > max_depth)
            return false;
    }
    return true;
}

} // namespace

base::Result<Value> parse_json(std::string_view text) {
    if (!shallow(text))
        return base::fail("JSON is nested too deeply");
    Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded())
        return base::fail("not JSON");
    return from(json);
}

std::optional<std::size_t> measure_json(std::string_view text) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\\' && quoted)
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == '{')
            ++depth;
        else if (!quoted && c == '}' && --depth == 0)
            return i + 1;
    }
    return std::nullopt;
}

std::string write_json(const Value &value) {
    std::string out;
    append(out, value);
    return out;
}

} // namespace cord::wire::bencode
