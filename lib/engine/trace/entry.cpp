#include "engine/trace/entry.hpp"

#include <functional>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "wire/sip/headers.hpp"
#include "wire/sip/scan.hpp"

namespace cord::engine::trace {
namespace {

std::string_view without_line_ends(std::string_view raw) {
    raw.remove_prefix(wire::sip::leading_line_ends(raw));
    return raw;
}

std::string_view method_of(const wire::sip::Message &m) {
    if (m.is_request())
        return m.method_name();
    const auto cseq = wire::sip::cseq(m);
    return cseq ? cseq->method_name : std::string_view{};
}

std::uint64_t fingerprint_of(const SipRecord &record) {
    const base::EndpointHash hash;
    return std::hash<std::string_view>{}(record.raw) ^ hash(record.src) * 3 ^ hash(record.dst) * 5;
}

} // namespace

std::optional<wire::sip::Message> read_message(std::string_view raw) {
    raw = without_line_ends(raw);
    wire::sip::Scan found;
    if (!wire::sip::scan(raw.substr(0, base::limits::sip_message), found))
        return std::nullopt;
    return wire::sip::Message(found, raw);
}

Entry::Entry(std::uint64_t number, const SipRecord &record, const wire::sip::Message &m)
    : n(number), at(record.at), src(record.src), dst(record.dst), fingerprint(fingerprint_of(record)),
      transport(record.transport), text_(without_line_ends(record.raw), record.lasting),
      start_end_(static_cast<std::uint16_t>(m.start_line().size())), status_(m.status()) {
    const std::string_view method = method_of(m);
    if (method.empty())
        return;
    method_ = static_cast<std::uint16_t>(m.offset_of(method));
    method_size_ = static_cast<std::uint16_t>(method.size());
}

wire::sip::Message Entry::sip() const {
    auto message = read_message(bytes());
    CORD_ASSERT(message);
    return *std::move(message);
}

} // namespace cord::engine::trace
