#include "wire/bencode/bencode.hpp"

#include "base/text.hpp"

namespace cord::wire::bencode {
namespace {

using base::fail;
using base::Result;

constexpr const char *cut_short = "bencode ends too early";

/// Reads tokens front to back. One walk serves both parse and measure.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) {}

    [[nodiscard]] std::size_t at() const { return at_; }
    /// The next byte, or 0 at the end.
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip() { ++at_; }

    Result<std::int64_t> number() {
        const std::size_t start = ++at_;
        const std::size_t end = text_.find('e', start);
        if (end == std::string_view::npos)
            return text_.size() - start > 20 ? fail("bencode number is too long", start)
                                             : fail(cut_short, text_.size());
        std::string_view digits = text_.substr(start, end - start);
        const bool negative = !digits.empty() && digits.front() == '-';
        auto magnitude = base::to_uint(digits.substr(negative), INT64_MAX);
        if (!magnitude)
            return fail("bencode number is not a number", start);
        at_ = end + 1;
        const auto value = static_cast<std::int64_t>(*magnitude);
        return negative ? -value : value;
    }

    Result<std::string_view> string() {
        constexpr std::size_t max_digits = 9;
        const std::size_t colon = text_.substr(0, at_ + max_digits + 1).find(':', at_);
        if (colon == std::string_view::npos)
            return text_.size() - at_ > max_digits ? fail("bencode string has no length", at_)
                                                   : missing_colon();
        auto length = base::to_uint(text_.substr(at_, colon - at_));
        if (!length)
            return fail("bencode string has no length", at_);
        if (*length > text_.size() - colon - 1)
            return fail(cut_short, text_.size());
        at_ = colon + 1 + *length;
        return text_.substr(colon + 1, *length);
    }

  private:
    [[nodiscard]] tl::unexpected<base::Error> missing_colon() const {
        for (char c : text_.substr(at_))
            if (!base::is_digit(c))
                return fail("bencode string has no length", at_);
        return fail(cut_short, text_.size());
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// Reads one value; without `keep` only its extent.
Result<Value> read(Scanner &in, int depth, bool keep);

Result<Value> read_list(Scanner &in, int depth, bool keep) {
    List list;
    for (in.skip(); in.peek() != 'e';) {
        auto item = read(in, depth, keep);
        if (!item)
            return item;
        if (keep)
            list.push_back(std::move(*item));
    }
    in.skip();
    return Value(std::move(list));
}

Result<Value> read_dict(Scanner &in, int depth, bool keep) {
    Dict dict;
    for (in.skip(); in.peek() != 'e';) {
        auto key = in.string();
        if (!key)
            return tl::unexpected(key.error());
        auto value = read(in, depth, keep);
        if (!value)
            return value;
        if (keep)
            dict.push_back({std::string(*key), std::move(*value)});
    }
    in.skip();
    return Value(std::move(dict));
}

Result<Value> read(Scanner &in, int depth, bool keep) {
    if (depth == 0)
        return fail("bencode is nested too deeply", in.at());
    if (in.peek() == 'i') {
        auto number = in.number();
        return number ? Result<Value>(Value(*number)) : tl::unexpected(number.error());
    }
    if (in.peek() == 'l')
        return read_list(in, depth - 1, keep);
    if (in.peek() == 'd')
        return read_dict(in, depth - 1, keep);
    auto text = in.string();
    if (!text)
        return tl::unexpected(text.error());
    return keep ? Value(*text) : Value(std::int64_t{0});
}

void append_text(std::string &out, std::string_view text) {
    out += std::to_string(text.size());
    out += ':';
    out += text;
}

void append(std::string &out, const Value &value) {
    if (auto number = value.number()) {
        out += 'i' + std::to_string(*number) + 'e';
    } else if (auto text = value.text()) {
        append_text(out, *text);
    } else if (auto list = value.list()) {
        out += 'l';
        for (const Value &item : *list)
            append(out, item);
        out += 'e';
    } else {
        out += 'd';
        for (const Entry &entry : *value.dict()) {
            append_text(out, entry.key);
            append(out, entry.value);
        }
        out += 'e';
    }
}

} // namespace

Result<Value> parse(std::string_view text) {
    Scanner in(text);
    auto value = read(in, max_depth, true);
    if (value && in.at() != text.size())
        return fail("bytes behind the bencode value", in.at());
    return value;
}

Result<std::optional<std::size_t>> measure(std::string_view text) {
    Scanner in(text);
    auto value = read(in, max_depth, false);
    if (value)
        return std::optional(in.at());
    if (value.error().reason == cut_short)
        return std::optional<std::size_t>();
    return tl::unexpected(value.error());
}

std::string write(const Value &value) {
    std::string out;
    append(out, value);
    return out;
}

} // namespace cord::wire::bencode
