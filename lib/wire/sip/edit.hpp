// Changes to a message as a list, rendered once: what no edit touches comes out byte for byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/sip/message.hpp"

namespace cord::wire::sip {

/// Collects edits of one message. They all speak of the original: an edit does not see the ones before it.
/// What lies inside something removed is gone with it. Line ends in a given value become blanks, so nothing
/// given here can begin a line of its own.
class Edit {
  public:
    explicit Edit(Message original) : message_(std::move(original)) {}

    [[nodiscard]] const Message &original() const { return message_; }

    /// Keeps method and version.
    void request_uri(std::string_view uri);
    /// Above the first field of this name, or on top of all fields. The one prepended last stands highest.
    void prepend(HeaderId id, std::string_view value);
    /// Below the last field of this name, or below all fields. The one appended last stands lowest.
    void append(HeaderId id, std::string_view value);
    /// Below all fields.
    void append(std::string_view name, std::string_view value);
    /// Makes this the only value of the header: the first field keeps its place and its spelling of the name.
    void set(HeaderId id, std::string_view value);
    /// Puts other text in the place of one value.
    void replace(const Value &value, std::string_view text);
    /// Takes one value away, and its field when it was the last in it.
    void remove(const Value &value) { removed_.emplace_back(value.line, value.place); }
    void remove_all(HeaderId id);
    void remove(const Field &field) { remove_line(field.index); }
    /// Replaces the body, Content-Type and Content-Length; an empty body takes Content-Type away.
    void body(std::string_view content_type, std::string_view content);
    /// RFC 3261 section 18.3: on a stream, Content-Length must be there.
    void ensure_content_length();
    /// Puts text somewhere inside the bytes of the original; for a view into it, see Message::offset_of.
    void insert(std::size_t at, std::string_view text) { patch(at, at, Order::after, text); }
    void replace(std::string_view view, std::string_view text);

    [[nodiscard]] std::string render() const;

  private:
    // Where several patches meet at one offset: what belongs to the field that ends there stands above what
    // belongs to the field that begins there.
    enum class Order : std::uint8_t { after, before, over };
    struct Patch {
        std::uint32_t begin;
        std::uint32_t end;
        Order order;
        std::int32_t rank;
        std::uint32_t text;
        std::uint32_t text_end;
    };

    void patch(std::size_t begin, std::size_t end, Order order, std::string_view text);
    void patch_field(std::size_t at, Order order, std::string_view name, std::string_view value);
    void remove_line(std::uint16_t index);
    void add_removals(std::vector<Patch> &patches) const;
    void add_line_removals(std::uint16_t line, std::vector<Patch> &patches) const;

    Message message_;
    std::vector<Patch> patches_;
    std::vector<std::pair<std::uint16_t, std::uint16_t>> removed_; // line and place
    std::string texts_;
};

} // namespace cord::wire::sip
