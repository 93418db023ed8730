#include "wire/sip/message.hpp"

#include <atomic>
#include <cstring>
#include <memory>
#include <new>

#include "base/text.hpp"
#include "wire/sip/headers.hpp"

namespace cord::wire::sip {

// One allocation: this, then the lines, then the bytes.
struct Message::Store {
    std::atomic<std::uint32_t> owners{1};
    std::uint32_t size = 0;
    Head head;
    std::unique_ptr<const CoreHeaders> core;

    Line *lines() { return reinterpret_cast<Line *>(this + 1); }
    char *text() { return reinterpret_cast<char *>(lines() + head.lines); }

    /// The bytes are still to be filled in.
    static Store *make(const Head &head, const Line *lines, std::size_t size);
};

Message::Store *Message::Store::make(const Head &head, const Line *lines, std::size_t size) {
    CORD_ASSERT(head.size <= size && size <= UINT32_MAX);
    auto *store = new (::operator new(sizeof(Store) + head.lines * sizeof(Line) + size)) Store;
    store->size = static_cast<std::uint32_t>(size);
    store->head = head;
    std::uninitialized_copy_n(lines, head.lines, store->lines());
    return store;
}

Message::Message(const Scan &scan, std::string_view bytes)
    : store_(Store::make(scan.head, scan.lines.data(), bytes.size())) {
    std::memcpy(store_->text(), bytes.data(), bytes.size());
}

// Messages cross shards by mailbox, hence the atomic count; it is all that changes after construction.
Message::Message(const Message &other) noexcept : store_(other.store_) {
    store_->owners.fetch_add(1, std::memory_order_relaxed);
}

Message::~Message() {
    if (store_ && store_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        store_->~Store();
        ::operator delete(store_);
    }
}

base::Result<Message> Message::parse(std::string_view bytes) {
    bytes.remove_prefix(leading_line_ends(bytes));
    const bool too_large = bytes.size() > base::limits::sip_message;
    if (too_large)
        bytes = bytes.substr(0, base::limits::sip_message);
    Scan found;
    if (auto r = scan(bytes, found); !r)
        return tl::unexpected(r.error());
    Head &head = found.head;
    // RFC 3261 section 21.5.7: "The server was unable to process the request since the message length
    // exceeded its capabilities."
    if (too_large)
        head.fault = Fault{{"message is too large", base::limits::sip_message}, 513};
    const std::size_t body = bytes.size() - head.size;
    // RFC 3261 section 18.3: "If there are additional bytes in the transport packet beyond the end of the
    // body, they MUST be discarded. If the transport packet ends before the end of the message body, this is
    // considered an error."
    if (head.content_length && *head.content_length < body)
        bytes = bytes.substr(0, head.size + *head.content_length);
    else if (head.content_length && *head.content_length > body && !head.fault)
        head.fault =
            Fault{{"body is shorter than Content-Length", static_cast<std::uint32_t>(bytes.size())}, 400};
    return Message(found, bytes);
}

Message Message::replaced(std::string_view view, std::string_view text) const {
    const std::string_view all = bytes();
    const std::size_t at = offset_of(view);
    const std::size_t past = at + view.size();
    const std::size_t size = all.size() - view.size() + text.size();
    CORD_ASSERT(head().size - view.size() + text.size() <= UINT16_MAX);
    // Of what lies within one value only ends move, and what comes after it.
    const auto move = [&](std::uint16_t &offset) {
        if (offset >= past)
            offset = static_cast<std::uint16_t>(offset - view.size() + text.size());
    };
    Head moved = head();
    move(moved.size);
    move(moved.fields_end);
    Message out(Store::make(moved, store_->lines(), size));
    char *to = out.store_->text();
    std::memcpy(to, all.data(), at);
    std::memcpy(to + at, text.data(), text.size());
    std::memcpy(to + at + text.size(), all.data() + past, all.size() - past);
    for (std::uint16_t i = 0; i < head().lines; ++i) {
        Line &line = out.store_->lines()[i];
        for (std::uint16_t *offset : {&line.begin, &line.name_end, &line.value, &line.value_end, &line.end})
            move(*offset);
    }
    return out;
}

const CoreHeaders *Message::core_headers() const { return store_->core.get(); }

void Message::keep(const CoreHeaders &parsed) const {
    store_->core = std::make_unique<const CoreHeaders>(parsed);
}

const Head &Message::head() const { return store_->head; }

const Line &Message::line(std::uint16_t index) const { return store_->lines()[index]; }

std::string_view Message::bytes() const { return {store_->text(), store_->size}; }

Field Message::field(std::uint16_t index) const {
    const Line &l = line(index);
    const auto piece = [all = bytes()](std::size_t begin, std::size_t end) {
        return all.substr(begin, end - begin);
    };
    return {l.id, piece(l.begin, l.name_end), piece(l.value, l.value_end), piece(l.begin, l.end), index};
}

std::optional<Field> Message::field_with(HeaderId id) const {
    if (!has(id))
        return std::nullopt;
    return field(first(id));
}

std::optional<Field> Message::last_field_with(HeaderId id) const {
    std::optional<Field> last;
    for (std::uint16_t i = first(id); i != Head::none; i = line(i).next)
        last = field(i);
    return last;
}

std::optional<std::string_view> Message::header(HeaderId id) const {
    if (!has(id))
        return std::nullopt;
    return field(first(id)).value;
}

std::optional<std::string_view> Message::header(std::string_view name) const {
    const HeaderId id = header_id(name);
    for (std::uint16_t i = first(id); i != Head::none; i = line(i).next)
        if (id != HeaderId::other || base::iequals(field(i).name, name))
            return field(i).value;
    return std::nullopt;
}

std::optional<Value> Message::first_value(HeaderId id) const {
    if (!has(id))
        return std::nullopt;
    std::string_view rest = field(first(id)).value;
    bool more = false;
    return Value{is_list(id) ? cut_list(rest, more) : rest, first(id), 0};
}

std::size_t Message::count(HeaderId id) const {
    std::size_t n = 0;
    for (std::uint16_t i = first(id); i != Head::none; i = line(i).next)
        ++n;
    return n;
}

Values Message::values(HeaderId id) const { return {*this, id}; }

Fields Message::fields() const { return Fields(*this); }

void Values::Iterator::enter_line() {
    if (line_ == Head::none)
        return;
    rest_ = message_->field(line_).value;
    value_.line = line_;
    value_.place = 0;
    cut();
}

void Values::Iterator::cut() {
    if (is_list(message_->line(line_).id)) {
        value_.text = cut_list(rest_, more_);
    } else {
        value_.text = rest_;
        more_ = false;
    }
}

Values::Iterator &Values::Iterator::operator++() {
    if (more_) {
        ++value_.place;
        ++next_;
        cut();
    } else {
        line_ = message_->line(line_).next;
        next_ = 0;
        enter_line();
    }
    return *this;
}

bool is_keep_alive(std::string_view datagram) {
    return datagram == std::string_view("\0", 1) ||
           datagram.find_first_not_of("\r\n") == std::string_view::npos;
}

std::string_view cut_list(std::string_view &rest, bool &more) {
    // Most fields hold one value: then there is nothing to look for.
    if (rest.find(',') == std::string_view::npos) {
        more = false;
        return base::trim(std::exchange(rest, std::string_view{}));
    }
    bool quoted = false;
    bool bracketed = false;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        const char c = rest[i];
        if (quoted) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                quoted = false;
        } else if (c == '"' && !bracketed) {
            quoted = true;
        } else if (c == '<') {
            bracketed = true;
        } else if (c == '>') {
            bracketed = false;
        } else if (c == ',' && !bracketed) {
            const std::string_view piece = base::trim(rest.substr(0, i));
            rest = rest.substr(i + 1);
            while (!rest.empty() && base::is_space(rest.front()))
                rest.remove_prefix(1);
            more = true;
            return piece;
        }
    }
    more = false;
    return base::trim(std::exchange(rest, std::string_view{}));
}

} // namespace cord::wire::sip
