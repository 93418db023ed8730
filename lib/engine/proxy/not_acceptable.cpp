#include "engine/proxy/not_acceptable.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/proxy/media.hpp"
#include "engine/proxy/state.hpp"
#include "wire/sdp/session.hpp"

namespace cord::engine::proxy {
namespace {

SdpLine line_at(std::string_view sdp, std::size_t offset) {
    offset = std::min(offset, sdp.size());
    const std::string_view before = sdp.substr(0, offset);
    const std::size_t begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    std::string_view line = base::cut(sdp.substr(begin), '\n').first;
    // What is behind the name may be a key.
    constexpr std::size_t enough = 80;
    line = line.starts_with("m=")   ? base::trim(line).substr(0, enough)
           : line.starts_with("a=") ? base::trim(base::cut(line, ':').first).substr(0, enough)
                                    : line.substr(0, 2);
    SdpLine out{1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
                std::string(line)};
    std::replace_if(
        out.text.begin(), out.text.end(), [](unsigned char c) { return c < ' ' || c >= 0x7f; }, '?');
    return out;
}

std::size_t media_in_use(const wire::sdp::Session &session) {
    return static_cast<std::size_t>(std::count_if(session.media.begin(), session.media.end(),
                                                  [](const auto &media) { return !media.rejected(); }));
}

} // namespace

SdpLine obstacle(std::string_view sdp) {
    auto session = wire::sdp::parse(sdp);
    if (!session)
        return line_at(sdp, session.error().at);
    std::size_t index = 0;
    for (std::size_t at = 0; at < sdp.size(); at = std::min(sdp.find('\n', at), sdp.size() - 1) + 1)
        if (sdp.substr(at).starts_with("m=") && index < session->media.size() &&
            !session->media[index++].rejected())
            return line_at(sdp, at);
    return line_at(sdp, 0);
}

bool is_left_empty(std::string_view offered, std::string_view brought) {
    auto before = wire::sdp::parse(offered), after = wire::sdp::parse(brought);
    return before && after && media_in_use(*before) != 0 && media_in_use(*after) == 0;
}

std::string explain_refusal(State &s, const Exchange &e, bool callers, std::string_view sdp, int code,
                            std::string_view why) {
    const SdpLine line = obstacle(sdp);
    const std::string_view leg = callers ? "caller" : "callee";
    s.tell("media-refused", [&] {
        return Event::Fields{{"call_id", std::string(e.request.call_id())},
                             {"method", std::string(e.request.method_name())},
                             {"leg", std::string(leg)},
                             {"line", static_cast<std::int64_t>(line.number)},
                             {"sdp", line.text},
                             {"code", std::int64_t{code}},
                             {"why", std::string(why)}};
    });
    return fmt::format("the {}'s SDP, line {} ({}): {}", leg, line.number, line.text, why);
}

void note_refused_offer(State &s, const Exchange &e, const Branch &b, const wire::sip::Message &response) {
    const std::string_view offered = b.sdp ? std::string_view(*b.sdp) : sdp_of(e.request);
    if ((response.status() != 488 && response.status() != 606) || offered.empty())
        return;
    const std::string_view warning = response.header(wire::sip::HeaderId::warning).value_or("");
    explain_refusal(s, e, !e.in_dialog || e.in_dialog->from_caller, offered, response.status(),
                    fmt::format("the other side answers {} {}{}{}", response.status(), response.reason(),
                                warning.empty() ? "" : ": ", warning));
}

} // namespace cord::engine::proxy
