#include "wire/sip/scan.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/sip/lex.hpp"

namespace cord::wire::sip {
namespace {

using base::fail;
using base::Result;

constexpr auto npos = std::string_view::npos;

std::uint16_t u16(std::size_t n) { return static_cast<std::uint16_t>(n); }

void note(Head &head, const char *reason, std::size_t at, std::uint16_t code = 400) {
    if (!head.fault)
        head.fault = Fault{{reason, static_cast<std::uint32_t>(at)}, code};
}

// RFC 3261 ends lines with CRLF. A bare LF ends one too, since a reader after us may take it so; the sender
// is told.
struct LineEnd {
    std::size_t text; // past the text
    std::size_t next; // past the line end
};
std::optional<LineEnd> find_line_end(std::string_view s, std::size_t from) {
    const std::size_t lf = s.find('\n', from);
    if (lf == npos)
        return std::nullopt;
    const bool crlf = lf > from && s[lf - 1] == '\r';
    return LineEnd{lf - (crlf ? 1 : 0), lf + 1};
}

void set_part(Head &head, std::size_t i, std::size_t begin, std::size_t end) {
    head.part[i] = u16(begin);
    head.part_end[i] = u16(end);
}

// RFC 3261 section 7.1: "The SIP-Version string is case-insensitive".
bool is_version(std::string_view s) { return base::istarts_with(s, "SIP/"); }

void check_version(Head &head, std::string_view version, std::size_t at) {
    // RFC 3261 section 21.5.6: "The server does not support, or refuses to support, the SIP protocol
    // version".
    if (!base::iequals(version, "SIP/2.0"))
        note(head, "SIP version is not 2.0", at, 505);
}

// Status-Line = SIP-Version SP Status-Code SP Reason-Phrase
Result<void> scan_status_line(std::string_view line, Head &head) {
    const std::size_t version_end = line.find(' ');
    if (version_end == npos)
        return fail("status line without a status code");
    const std::size_t code_end = std::min(line.find(' ', version_end + 1), line.size());
    const std::string_view code = line.substr(version_end + 1, code_end - version_end - 1);
    set_part(head, 0, 0, version_end);
    set_part(head, 1, version_end + 1, code_end);
    set_part(head, 2, std::min(code_end + 1, line.size()), line.size());
    check_version(head, line.substr(0, version_end), 0);
    const auto number = base::to_uint(code, 699);
    if (!number || code.size() != 3 || *number < 100)
        return fail("status code is not between 100 and 699", version_end + 1);
    head.status = u16(*number);
    return {};
}

// Request-Line = Method SP Request-URI SP SIP-Version. More blanks than these are seen through, and are a
// fault.
Result<void> scan_request_line(std::string_view line, Head &head) {
    std::size_t end = line.size();
    while (end > 0 && is_blank(line[end - 1]))
        --end;
    const std::size_t method_end = line.find(' ');
    const std::size_t last = line.substr(0, end).rfind(' ');
    if (method_end == npos || method_end == 0 || last == npos || last <= method_end ||
        !is_version(line.substr(last + 1)))
        return fail("neither a request line nor a status line");
    // RFC 3261 section 7.1: Method is a token. One that is none still names a request that can be answered.
    if (!is_token(line.substr(0, method_end)))
        note(head, "method is not a token", 0);
    std::size_t uri = method_end;
    std::size_t uri_end = last;
    while (uri < last && is_blank(line[uri]))
        ++uri;
    while (uri_end > uri && is_blank(line[uri_end - 1]))
        --uri_end;
    head.request = true;
    head.method = method_from(line.substr(0, method_end));
    set_part(head, 0, 0, method_end);
    set_part(head, 1, uri, uri_end);
    set_part(head, 2, last + 1, end);
    check_version(head, line.substr(last + 1, end - last - 1), last + 1);
    if (uri != method_end + 1 || uri_end != last || end != line.size())
        note(head, "request line with blanks other than its two", uri);
    return {};
}

// A field's line goes on while the next one begins with a blank (RFC 3261 section 7.3.1, line folding).
LineEnd find_field_end(std::string_view s, std::size_t begin, Head &head) {
    std::size_t from = begin;
    for (;;) {
        const auto end = find_line_end(s, from);
        if (!end) {
            note(head, "headers end in the middle of a line", begin);
            return {s.size(), s.size()};
        }
        if (end->next - end->text != 2)
            note(head, "line ends with LF alone", end->text);
        if (const std::size_t cr = s.substr(from, end->text - from).find('\r'); cr != npos)
            note(head, "CR without LF", from + cr);
        const bool empty_line = end->text == begin;
        if (empty_line || end->next == s.size() || !is_blank(s[end->next]))
            return *end;
        from = end->next;
    }
}

Line scan_field(std::string_view s, std::size_t begin, LineEnd end, Head &head) {
    Line line{};
    line.id = HeaderId::other;
    line.begin = u16(begin);
    line.end = u16(end.next);
    const std::string_view text = s.substr(begin, end.text - begin);
    const std::size_t colon = text.find(':');
    if (colon == npos) {
        note(head, "header line without a colon", begin);
        line.name_end = line.value = line.value_end = u16(end.text);
        return line;
    }
    // RFC 3261 section 7.3.1 allows blanks on either side of the colon.
    std::size_t name_end = colon;
    while (name_end > 0 && is_blank(text[name_end - 1]))
        --name_end;
    line.name_end = u16(begin + name_end);
    line.id = header_id(text.substr(0, name_end));
    if (line.id == HeaderId::other && !is_token(text.substr(0, name_end)))
        note(head, "header name is not a token", begin);
    std::size_t value = colon + 1;
    std::size_t value_end = text.size();
    while (value < value_end && base::is_space(text[value]))
        ++value;
    while (value_end > value && base::is_space(text[value_end - 1]))
        --value_end;
    line.value = u16(begin + value);
    line.value_end = u16(begin + value_end);
    return line;
}

// Threads the lines of one name together, so that they are found in order however far apart they stand.
void link_lines(Scan &out) {
    out.head.first.fill(Head::none);
    for (std::size_t i = out.head.lines; i-- > 0;) {
        auto &first = out.head.first[static_cast<std::size_t>(out.lines[i].id)];
        out.lines[i].next = first;
        first = u16(i);
    }
}

void scan_content_length(std::string_view s, Scan &out) {
    const std::uint16_t first = out.head.first[static_cast<std::size_t>(HeaderId::content_length)];
    if (first == Head::none)
        return;
    const Line &line = out.lines[first];
    if (line.next != Head::none) {
        out.head.framed = false;
        return note(out.head, "more than one Content-Length", out.lines[line.next].begin);
    }
    const auto number =
        base::to_uint(s.substr(line.value, std::size_t{line.value_end} - line.value), UINT32_MAX);
    if (!number) {
        out.head.framed = false;
        return note(out.head, "Content-Length is not a number", line.value);
    }
    out.head.content_length = static_cast<std::uint32_t>(*number);
}

// RFC 3261 section 25.1 lets a NUL stand in one place, behind the backslash of a quoted-pair.
std::size_t find_bare_nul(std::string_view s) {
    for (std::size_t i = s.find('\0'); i != npos; i = s.find('\0', i + 1))
        if (i == 0 || s[i - 1] != '\\')
            return i;
    return npos;
}

} // namespace

std::size_t leading_line_ends(std::string_view bytes) {
    return std::min(bytes.find_first_not_of("\r\n"), bytes.size());
}

std::size_t find_head_end(std::string_view bytes, std::size_t from) {
    // An empty line is LF, CR or nothing, LF: step back far enough to see one that the last search saw half
    // of.
    for (std::size_t lf = bytes.find('\n', from < 2 ? 0 : from - 2); lf != npos;
         lf = bytes.find('\n', lf + 1)) {
        const std::size_t next = lf + 1;
        if (next < bytes.size() && bytes[next] == '\n')
            return next + 1;
        if (next + 1 < bytes.size() && bytes[next] == '\r' && bytes[next + 1] == '\n')
            return next + 2;
    }
    return npos;
}

Result<void> scan(std::string_view s, Scan &out) {
    CORD_ASSERT(s.size() <= base::limits::sip_message);
    Head &head = out.head = Head{};
    const auto start = find_line_end(s, 0);
    if (!start)
        return fail("no start line");
    const std::string_view line = s.substr(0, start->text);
    head.start_end = u16(start->text);
    const auto parsed = is_version(line) ? scan_status_line(line, head) : scan_request_line(line, head);
    if (!parsed)
        return parsed;
    if (start->next - start->text != 2)
        note(head, "line ends with LF alone", start->text);

    std::size_t at = start->next;
    while (at < s.size()) {
        const LineEnd end = find_field_end(s, at, head);
        if (end.text == at && end.next > at) {
            head.complete = true;
            head.fields_end = u16(at);
            at = end.next;
            break;
        }
        if (head.lines == out.lines.size()) {
            note(head, "too many header fields", at);
            at = end.next;
            continue;
        }
        out.lines[head.lines++] = scan_field(s, at, end, head);
        at = end.next;
    }
    head.size = u16(at);
    if (!head.complete) {
        head.fields_end = u16(at);
        note(head, "headers end without an empty line", at);
    }
    if (const std::size_t nul = find_bare_nul(s.substr(0, at)); nul != npos)
        note(head, "NUL in the headers", nul);
    link_lines(out);
    scan_content_length(s, out);
    return {};
}

} // namespace cord::wire::sip
