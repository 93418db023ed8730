// XML 1.0 taken apart into tags and text, in UTF-8, for protocols that have elements and no more: attributes
// are skipped, and a document type is refused, with all that entities of one's own can do.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace cord::wire::xml {

struct Token {
    enum class Kind { start, end, text, done };
    Kind kind = Kind::done;
    std::string text; ///< Of a tag its name; else characters, with references resolved.
};

class Reader {
  public:
    /// `document` outlives the reader.
    explicit Reader(std::string_view document) : document_(document) {}

    /// The next tag or piece of text: several pieces may follow each other. An empty-element tag is a start
    /// and an end. Whether tags match is the caller's to see.
    [[nodiscard]] base::Result<Token> next();
    /// Bytes of the document that have been read.
    [[nodiscard]] std::size_t offset() const { return at_; }

  private:
    [[nodiscard]] base::Result<Token> tag();
    [[nodiscard]] base::Result<Token> text();
    [[nodiscard]] bool skip_past(std::string_view end, std::size_t from);

    std::string_view document_;
    std::size_t at_ = 0;
    std::string closing_; ///< Of an empty element: its end comes next.
};

/// Characters as text or an attribute's value may hold them; those that XML 1.0 has no way to write become
/// U+FFFD.
[[nodiscard]] std::string escaped(std::string_view text);

} // namespace cord::wire::xml
