// Messages made from nothing, and responses made from requests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/sip/message.hpp"

namespace cord::wire::sip {

/// Writes a message from top to bottom. Line ends in a given value become blanks.
class Builder {
  public:
    [[nodiscard]] static Builder request(std::string_view method, std::string_view uri);
    [[nodiscard]] static Builder response(std::uint16_t code, std::string_view reason);

    Builder &add(HeaderId id, std::string_view value) { return add(name(id), value); }
    Builder &add(std::string_view name, std::string_view value);
    /// With its Content-Type.
    Builder &body(std::string_view content_type, std::string_view content);
    /// Closes the head with Content-Length; the Builder is spent.
    [[nodiscard]] std::string finish();

  private:
    explicit Builder(std::string start) : text_(std::move(start)) {}
    std::string text_;
    std::string body_;
};

/// RFC 3261 section 8.2.6: a response with the request's Via values, From, Call-ID, CSeq and To, to which
/// `to_tag` is added if it has none (and the code is not 100). An empty `reason` takes the usual phrase. Also
/// for requests with a fault: what is there is copied, what is not is left out.
[[nodiscard]] Builder make_response(const Message &request, std::uint16_t code, std::string_view reason = {},
                                    std::string_view to_tag = {});

/// The phrase that the RFCs give a status code; that of its class for one they do not know.
[[nodiscard]] std::string_view reason_phrase(std::uint16_t code);

/// The text with a blank for each line end in it.
[[nodiscard]] std::string one_line(std::string_view text);

/// Appends "name: value" and a line end.
void append_field(std::string &out, std::string_view name, std::string_view value);

} // namespace cord::wire::sip
