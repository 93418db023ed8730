#include "wire/sip/edit.hpp"

#include <algorithm>

#include "wire/sip/builder.hpp"

namespace cord::wire::sip {

void Edit::patch(std::size_t begin, std::size_t end, Order order, std::string_view text) {
    const auto rank = static_cast<std::int32_t>(patches_.size());
    const std::size_t at = texts_.size();
    texts_ += text;
    patches_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), order,
                        order == Order::before ? -rank : rank, static_cast<std::uint32_t>(at),
                        static_cast<std::uint32_t>(texts_.size())});
}

void Edit::patch_field(std::size_t at, Order order, std::string_view name, std::string_view value) {
    patch(at, at, order, {});
    append_field(texts_, name, value);
    patches_.back().text_end = static_cast<std::uint32_t>(texts_.size());
}

void Edit::request_uri(std::string_view uri) { replace(message_.request_uri(), uri); }

void Edit::replace(std::string_view view, std::string_view text) {
    const std::size_t at = message_.offset_of(view);
    patch(at, at + view.size(), Order::over, one_line(text));
}

void Edit::replace(const Value &value, std::string_view text) { replace(value.text, text); }

void Edit::prepend(HeaderId id, std::string_view value) {
    const auto first = message_.field_with(id);
    const std::size_t top =
        message_.field_count() > 0 ? message_.offset_of(message_.field(0).line) : message_.fields_end();
    patch_field(first ? message_.offset_of(first->line) : top, Order::before, name(id), value);
}

void Edit::append(HeaderId id, std::string_view value) {
    const auto last = message_.last_field_with(id);
    const std::size_t at = last ? message_.offset_of(last->line) + last->line.size() : message_.fields_end();
    patch_field(at, Order::after, name(id), value);
}

void Edit::append(std::string_view name, std::string_view value) {
    patch_field(message_.fields_end(), Order::after, name, value);
}

void Edit::set(HeaderId id, std::string_view value) {
    const auto first = message_.field_with(id);
    if (!first)
        return append(id, value);
    replace(first->value, value);
    for (const Field &field : message_.fields())
        if (field.id == id && field.index != first->index)
            remove_line(field.index);
}

void Edit::remove_all(HeaderId id) {
    for (const Field &field : message_.fields())
        if (field.id == id)
            remove_line(field.index);
}

void Edit::remove_line(std::uint16_t index) {
    const std::string_view line = message_.field(index).line;
    const std::size_t at = message_.offset_of(line);
    patch(at, at + line.size(), Order::over, {});
}

void Edit::body(std::string_view content_type, std::string_view content) {
    const std::size_t begin = message_.head_text().size();
    patch(begin, message_.bytes().size(), Order::over, content);
    set(HeaderId::content_length, std::to_string(content.size()));
    if (content.empty())
        remove_all(HeaderId::content_type);
    else
        set(HeaderId::content_type, content_type);
}

void Edit::ensure_content_length() {
    if (!message_.has(HeaderId::content_length))
        append(HeaderId::content_length, std::to_string(message_.body().size()));
}

// Of a line that keeps some of its values: each removed one goes with the comma behind it, and those at the
// end with the comma before them.
void Edit::add_line_removals(std::uint16_t line, std::vector<Patch> &patches) const {
    const auto is_removed = [&](std::uint16_t place) {
        return std::find(removed_.begin(), removed_.end(), std::pair(line, place)) != removed_.end();
    };
    std::vector<std::pair<std::size_t, std::size_t>> values;
    std::size_t kept = 0; // past the last value that stays
    for (const Value &v : message_.values(message_.field(line).id))
        if (v.line == line) {
            const std::size_t begin = message_.offset_of(v.text);
            values.emplace_back(begin, begin + v.text.size());
            if (!is_removed(v.place))
                kept = values.size();
        }
    const auto cut = [&](std::size_t begin, std::size_t end) {
        patches.push_back(
            {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), Order::over, 0, 0, 0});
    };
    if (kept == 0) {
        const std::string_view whole = message_.field(line).line;
        return cut(message_.offset_of(whole), message_.offset_of(whole) + whole.size());
    }
    for (std::size_t i = 0; i < kept; ++i)
        if (is_removed(static_cast<std::uint16_t>(i)))
            cut(values[i].first, values[i + 1].first);
    if (kept < values.size())
        cut(values[kept - 1].second, values.back().second);
}

void Edit::add_removals(std::vector<Patch> &patches) const {
    for (std::size_t i = 0; i < removed_.size(); ++i) {
        const std::uint16_t line = removed_[i].first;
        const bool seen = std::any_of(removed_.begin(), removed_.begin() + static_cast<std::ptrdiff_t>(i),
                                      [&](const auto &r) { return r.first == line; });
        if (!seen)
            add_line_removals(line, patches);
    }
}

std::string Edit::render() const {
    std::vector<Patch> patches = patches_;
    add_removals(patches);
    std::stable_sort(patches.begin(), patches.end(), [](const Patch &a, const Patch &b) {
        return std::tie(a.begin, a.order, a.rank) < std::tie(b.begin, b.order, b.rank);
    });
    const std::string_view from = message_.bytes();
    std::string out;
    out.reserve(from.size() + texts_.size());
    std::size_t at = 0;
    for (const Patch &p : patches) {
        if (p.begin < at)
            continue;
        out += from.substr(at, p.begin - at);
        out += std::string_view(texts_).substr(p.text, p.text_end - p.text);
        at = p.end;
    }
    out += from.substr(at);
    return out;
}

} // namespace cord::wire::sip
