#include "wire/bencode/value.hpp"

namespace cord::wire::bencode {

const Value *find(const Dict &dict, std::string_view key) {
    for (const Entry &entry : dict)
        if (entry.key == key)
            return &entry.value;
    return nullptr;
}

std::string_view text_of(const Dict &dict, std::string_view key) {
    const Value *value = find(dict, key);
    const std::string *text = value ? value->text() : nullptr;
    return text ? std::string_view(*text) : std::string_view();
}

} // namespace cord::wire::bencode
