// Parameters behind a value: `;name=value;flag`, of headers and of URIs.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace cord::wire::sip {

struct Param {
    std::string_view name;
    std::string_view value; ///< Of a quoted value the inside, escapes as written.
    bool has_value = false;
    bool quoted = false;
};

/// A view of parameters that were found well-formed.
class Params {
  public:
    class Iterator {
      public:
        const Param &operator*() const { return param_; }
        const Param *operator->() const { return &param_; }
        Iterator &operator++() {
            cut();
            return *this;
        }
        bool operator==(const Iterator &other) const { return done_ == other.done_; }

      private:
        friend class Params;
        Iterator() = default;
        explicit Iterator(std::string_view text) : rest_(text), done_(false) { cut(); }
        void cut();

        std::string_view rest_;
        bool done_ = true;
        Param param_;
    };

    Params() = default;
    /// Of a header: *(SEMI generic-param), RFC 3261 section 25.1. Blanks and quoted values may occur; each
    /// needs a name.
    [[nodiscard]] static base::Result<Params> parse_header(std::string_view text);
    /// Of a URI: uri-parameters, RFC 3261 section 25.1. Neither blanks nor quotes.
    [[nodiscard]] static base::Result<Params> parse_uri(std::string_view text);

    [[nodiscard]] Iterator begin() const { return text_.empty() ? Iterator{} : Iterator(text_); }
    [[nodiscard]] Iterator end() const { return {}; }
    /// By name in any case.
    [[nodiscard]] std::optional<Param> find(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }
    /// The value; empty for a flag, nothing when the parameter is not there.
    [[nodiscard]] std::optional<std::string_view> value(std::string_view name) const;
    /// As written, with the leading semicolon.
    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

  private:
    explicit Params(std::string_view text) : text_(text) {}
    std::string_view text_;
};

} // namespace cord::wire::sip
