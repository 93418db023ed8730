// A SIP message: immutable bytes and an index of offsets into them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/sip/header_id.hpp"
#include "wire/sip/method.hpp"
#include "wire/sip/scan.hpp"

namespace cord::wire::sip {

/// One header field as written.
struct Field {
    HeaderId id;
    std::string_view name;
    std::string_view value; ///< Line folds inside it as they came.
    std::string_view line;  ///< Name to line end, both included.
    std::uint16_t index;    ///< Its place among the message's fields.
};

/// One value of a header: of several on a line, one piece between commas.
struct Value {
    std::string_view text;
    std::uint16_t line = 0;  ///< Field::index of the field it stands in.
    std::uint16_t place = 0; ///< 0 for the first value of that field.
};

class Values;
class Fields;
struct CoreHeaders;

/// Copying a Message shares its bytes. Every string_view got from one (and every typed view: Via, Uri,
/// NameAddr …) points into those bytes: it lives while any copy of the Message lives, and no longer.
class Message {
  public:
    /// Reads a datagram or a WebSocket message. RFC 3261 section 18.3: bytes past Content-Length are
    /// discarded; a body shorter than it is a fault. Fails where there is nothing that could be answered or
    /// routed.
    [[nodiscard]] static base::Result<Message> parse(std::string_view datagram);
    [[nodiscard]] static base::Result<Message> parse(base::Bytes datagram) {
        return parse(base::as_text(datagram));
    }
    /// Of bytes that `scan` has read: its head and the body that belongs to it.
    Message(const Scan &scan, std::string_view bytes);

    Message(const Message &other) noexcept;
    Message(Message &&other) noexcept : store_(other.store_) { other.store_ = nullptr; }
    Message &operator=(Message other) noexcept {
        std::swap(store_, other.store_);
        return *this;
    }
    ~Message();

    /// The first thing found wrong while indexing. A message with a fault may be answered; it is not to be
    /// forwarded. What single headers hold is checked by `validate` (validate.hpp).
    [[nodiscard]] const std::optional<Fault> &fault() const { return head().fault; }

    [[nodiscard]] std::string_view bytes() const;
    [[nodiscard]] std::string_view start_line() const { return bytes().substr(0, head().start_end); }
    [[nodiscard]] std::string_view body() const { return bytes().substr(head().size); }
    /// Start line, fields and empty line.
    [[nodiscard]] std::string_view head_text() const { return bytes().substr(0, head().size); }

    [[nodiscard]] bool is_request() const { return head().request; }
    [[nodiscard]] bool is_response() const { return !head().request; }

    // Of requests.
    [[nodiscard]] Method method() const { return head().method; }
    [[nodiscard]] std::string_view method_name() const { return is_request() ? part(0) : std::string_view{}; }
    [[nodiscard]] std::string_view request_uri() const { return is_request() ? part(1) : std::string_view{}; }

    // Of responses.
    [[nodiscard]] std::uint16_t status() const { return head().status; }
    [[nodiscard]] std::string_view reason() const { return is_response() ? part(2) : std::string_view{}; }

    [[nodiscard]] bool has(HeaderId id) const { return first(id) != Head::none; }
    /// The value of the first field with this id, lists uncut; nothing when there is none.
    [[nodiscard]] std::optional<std::string_view> header(HeaderId id) const;
    /// By name in full or compact form, any case, the table's or any other.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
    /// Every value of every field with this id, from top to bottom, lists cut at their commas.
    [[nodiscard]] Values values(HeaderId id) const;
    /// The topmost value.
    [[nodiscard]] std::optional<Value> first_value(HeaderId id) const;
    /// All fields in order.
    [[nodiscard]] Fields fields() const;
    [[nodiscard]] Field field(std::uint16_t index) const;
    /// The topmost and the lowest field with this id.
    [[nodiscard]] std::optional<Field> field_with(HeaderId id) const;
    [[nodiscard]] std::optional<Field> last_field_with(HeaderId id) const;
    /// Where the empty line begins.
    [[nodiscard]] std::size_t fields_end() const { return head().fields_end; }
    [[nodiscard]] std::uint16_t field_count() const { return head().lines; }
    /// The number of fields (lines) with this id.
    [[nodiscard]] std::size_t count(HeaderId id) const;

    [[nodiscard]] std::string_view call_id() const { return header(HeaderId::call_id).value_or(""); }
    [[nodiscard]] std::optional<std::uint32_t> content_length() const { return head().content_length; }

    /// The same message with other text in the place of one that stands inside a field's value.
    [[nodiscard]] Message replaced(std::string_view view, std::string_view text) const;

    /// What `validate` has parsed, kept for all who ask again; null before it has found the message good.
    [[nodiscard]] const CoreHeaders *core_headers() const;
    void keep(const CoreHeaders &parsed) const;

    /// Where a view into this message begins: for errors, and for edits.
    [[nodiscard]] std::size_t offset_of(std::string_view view) const {
        return static_cast<std::size_t>(view.data() - bytes().data());
    }

  private:
    friend class Values;
    struct Store;

    explicit Message(Store *store) : store_(store) {}
    [[nodiscard]] const Head &head() const;
    [[nodiscard]] const Line &line(std::uint16_t index) const;
    [[nodiscard]] std::uint16_t first(HeaderId id) const {
        return head().first[static_cast<std::size_t>(id)];
    }
    [[nodiscard]] std::string_view part(std::size_t i) const {
        return bytes().substr(head().part[i], std::size_t{head().part_end[i]} - head().part[i]);
    }

    Store *store_;
};

/// The range of Message::values(). It keeps a copy of the message.
class Values {
  public:
    class Iterator {
      public:
        const Value &operator*() const { return value_; }
        const Value *operator->() const { return &value_; }
        Iterator &operator++();
        bool operator==(const Iterator &other) const { return line_ == other.line_ && next_ == other.next_; }

      private:
        friend class Values;
        Iterator(const Message *message, std::uint16_t line) : message_(message), line_(line) {
            enter_line();
        }
        void enter_line();
        void cut();

        const Message *message_;
        std::uint16_t line_;
        std::string_view rest_; // of the line, past this value
        bool more_ = false;     // a comma stood behind this value
        std::uint32_t next_ = 0;
        Value value_;
    };

    [[nodiscard]] Iterator begin() const { return {&message_, message_.first(id_)}; }
    [[nodiscard]] Iterator end() const { return {&message_, Head::none}; }
    [[nodiscard]] bool empty() const { return !message_.has(id_); }

  private:
    friend class Message;
    Values(const Message &message, HeaderId id) : message_(message), id_(id) {}

    Message message_;
    HeaderId id_;
};

/// The range of Message::fields(). It keeps a copy of the message.
class Fields {
  public:
    class Iterator {
      public:
        Field operator*() const { return message_->field(at_); }
        Iterator &operator++() {
            ++at_;
            return *this;
        }
        bool operator==(const Iterator &other) const { return at_ == other.at_; }

      private:
        friend class Fields;
        Iterator(const Message *message, std::uint16_t at) : message_(message), at_(at) {}
        const Message *message_;
        std::uint16_t at_;
    };

    [[nodiscard]] Iterator begin() const { return {&message_, 0}; }
    [[nodiscard]] Iterator end() const { return {&message_, message_.field_count()}; }

  private:
    friend class Message;
    explicit Fields(const Message &message) : message_(message) {}
    Message message_;
};

/// Whether a datagram holds line ends (or a single NUL) alone: what clients send to keep a NAT's mapping
/// open. It is not a message; RFC 5626 section 4.4.1 pings are these on streams, see StreamFramer.
[[nodiscard]] bool is_keep_alive(std::string_view datagram);

/// Up to the next comma that stands outside quotes and angle brackets; `rest` goes past it. `more` tells
/// whether there was one.
[[nodiscard]] std::string_view cut_list(std::string_view &rest, bool &more);

} // namespace cord::wire::sip
