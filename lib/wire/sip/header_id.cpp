#include "wire/sip/header_id.hpp"

#include <array>

#include "base/text.hpp"

namespace cord::wire::sip {
namespace {

struct Row {
    std::string_view name;
    char compact;
    bool list;
};

constexpr std::array<Row, header_ids> rows{{
#define CORD_ROW(id, text, compact, list) {text, compact, list},
    CORD_SIP_HEADERS(CORD_ROW)
#undef CORD_ROW
        {"", 0, false},
}};

constexpr std::size_t slots = 256;

// Narrows a name to a slot. It decides nothing: whatever is found there is compared in full.
constexpr std::size_t slot_of(std::string_view name) {
    const auto first = static_cast<unsigned char>(base::lower(name.front()));
    const auto last = static_cast<unsigned char>(base::lower(name.back()));
    const auto middle = static_cast<unsigned char>(base::lower(name[name.size() / 2]));
    return (name.size() * 5 + first * 7u + last * 31u + middle * 3u) % slots;
}

// Open addressing; an empty slot holds HeaderId::other and ends the search.
constexpr std::array<HeaderId, slots> make_table() {
    std::array<HeaderId, slots> table{};
    table.fill(HeaderId::other);
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
        std::size_t at = slot_of(rows[i].name);
        while (table[at] != HeaderId::other)
            at = (at + 1) % slots;
        table[at] = static_cast<HeaderId>(i);
    }
    return table;
}
constexpr auto table = make_table();

constexpr std::array<HeaderId, 26> make_compact() {
    std::array<HeaderId, 26> letters{};
    letters.fill(HeaderId::other);
    for (std::size_t i = 0; i + 1 < rows.size(); ++i)
        if (rows[i].compact)
            letters[static_cast<std::size_t>(rows[i].compact - 'a')] = static_cast<HeaderId>(i);
    return letters;
}
constexpr auto compact_forms = make_compact();

} // namespace

HeaderId header_id(std::string_view name) {
    if (name.empty())
        return HeaderId::other;
    if (name.size() == 1)
        return base::is_alpha(name[0]) ? compact_forms[static_cast<std::size_t>(base::lower(name[0]) - 'a')]
                                       : HeaderId::other;
    for (std::size_t at = slot_of(name); table[at] != HeaderId::other; at = (at + 1) % slots)
        if (base::iequals(rows[static_cast<std::size_t>(table[at])].name, name))
            return table[at];
    return HeaderId::other;
}

std::string_view name(HeaderId id) { return rows[static_cast<std::size_t>(id)].name; }

bool is_list(HeaderId id) { return rows[static_cast<std::size_t>(id)].list; }

} // namespace cord::wire::sip
