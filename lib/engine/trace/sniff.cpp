#include "engine/trace/sniff.hpp"

#include "base/text.hpp"

namespace cord::engine::trace {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_start_line(std::string_view line) {
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    if (base::istarts_with(line, "SIP/"))
        return line.size() > 8 && base::is_digit(line[4]);
    const std::size_t version = line.rfind(' ');
    return version != npos && version > 1 && base::is_alpha(line.front()) &&
           base::istarts_with(line.substr(version + 1), "SIP/");
}

} // namespace

bool looks_like_sip(std::string_view bytes) {
    while (!bytes.empty() && (bytes.front() == '\r' || bytes.front() == '\n'))
        bytes.remove_prefix(1);
    if (bytes.empty() || !base::is_alpha(bytes.front()))
        return false;
    const std::size_t end = bytes.find('\n');
    return end != npos && is_start_line(bytes.substr(0, end));
}

std::size_t find_start_line(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t end = bytes.find('\n', at);
        if (end == npos)
            return npos;
        const std::string_view line = bytes.substr(at, end - at);
        if (!line.empty() && is_start_line(line))
            return at;
        at = end + 1;
    }
    return npos;
}

} // namespace cord::engine::trace
