#include "wire/sip/builder.hpp"

#include <algorithm>

#include "wire/sip/name_addr.hpp"

namespace cord::wire::sip {
namespace {

constexpr std::size_t usual_response = 768;

bool breaks_line(char c) { return c == '\r' || c == '\n'; }

// RFC 3261 section 8.2.6.2: "if the To header field in the request did not contain a tag, the URI in the To
// header field in the response MUST equal the URI in the To header field; additionally, the UAS MUST add a
// tag to the To header field in the response (with the exception of the 100 (Trying) response, in which a tag
// MAY be present)".
std::string response_to(std::string_view to, std::uint16_t code, std::string_view tag) {
    std::string out(to);
    const auto parsed = NameAddr::parse(to);
    if (code > 100 && !tag.empty() && parsed && !parsed->params.has("tag"))
        out.append(";tag=").append(tag);
    return out;
}

} // namespace

Builder Builder::request(std::string_view method, std::string_view uri) {
    std::string start(method);
    start.append(" ").append(one_line(uri)).append(" SIP/2.0\r\n");
    return Builder(std::move(start));
}

Builder Builder::response(std::uint16_t code, std::string_view reason) {
    std::string start;
    start.reserve(usual_response);
    start.append("SIP/2.0 ").append(std::to_string(code)).append(1, ' ');
    start.append(reason.empty() ? reason_phrase(code) : one_line(reason)).append("\r\n");
    return Builder(std::move(start));
}

Builder &Builder::add(std::string_view name, std::string_view value) {
    append_field(text_, name, value);
    return *this;
}

Builder &Builder::body(std::string_view content_type, std::string_view content) {
    add(HeaderId::content_type, content_type);
    body_ = content;
    return *this;
}

std::string Builder::finish() {
    add(HeaderId::content_length, std::to_string(body_.size()));
    text_ += "\r\n";
    text_ += body_;
    return std::move(text_);
}

Builder make_response(const Message &request, std::uint16_t code, std::string_view reason,
                      std::string_view to_tag) {
    Builder out = Builder::response(code, reason);
    // RFC 3261 section 8.2.6.2: "The Via header field values in the response MUST equal the Via header field
    // values in the request and MUST maintain the same ordering."
    for (const Field &field : request.fields()) {
        switch (field.id) {
        case HeaderId::via:
        case HeaderId::from:
        case HeaderId::call_id:
        case HeaderId::cseq: out.add(field.name, field.value); break;
        case HeaderId::to: out.add(field.name, response_to(field.value, code, to_tag)); break;
        // Section 8.2.6.1: "When a 100 (Trying) response is generated, any Timestamp header field present in
        // the request MUST be copied into this 100 (Trying) response."
        case HeaderId::timestamp:
            if (code == 100)
                out.add(field.name, field.value);
            break;
        default: break;
        }
    }
    return out;
}

std::string one_line(std::string_view text) {
    std::string out(text);
    std::replace_if(out.begin(), out.end(), breaks_line, ' ');
    return out;
}

void append_field(std::string &out, std::string_view name, std::string_view value) {
    out.append(name).append(": ");
    const auto at = static_cast<std::ptrdiff_t>(out.size());
    out.append(value);
    if (value.find('\n') != std::string_view::npos || value.find('\r') != std::string_view::npos)
        std::replace_if(out.begin() + at, out.end(), breaks_line, ' ');
    out.append("\r\n");
}

} // namespace cord::wire::sip
