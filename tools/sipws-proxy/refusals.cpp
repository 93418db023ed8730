#include "refusals.hpp"

#include <utility>

#include "base/log.hpp"

namespace cord::tools::sipws_proxy {
namespace {

std::string field(const engine::proxy::Event &event, std::string_view name) {
    for (const auto &[key, value] : event.fields) {
        if (key != name)
            continue;
        if (const auto *text = std::get_if<std::string>(&value))
            return *text;
        if (const auto *number = std::get_if<std::int64_t>(&value))
            return std::to_string(*number);
    }
    return {};
}

} // namespace

void Refusals::tell(const engine::proxy::Event &event, base::Time now) {
    if (!base::log::enabled(base::log::Level::debug))
        return;
    if (now >= second_ends_) {
        second_ends_ = now + std::chrono::seconds(1);
        lines_ = 0;
        if (std::size_t n = std::exchange(left_out_, 0); n > 0)
            base::log::debug("proxy", "{} more requests were refused", n);
    }
    if (++lines_ > most) {
        ++left_out_;
        return;
    }
    auto of = [&](std::string_view name) { return field(event, name); };
    base::log::debug("proxy", "{} to {} {} from {} at {}:{}, Call-ID {}: rule {}: {}", of("code"),
                     of("method"), of("uri"), of("from"), of("transport"), of("src"), of("call_id"),
                     of("rule"), of("why"));
}

} // namespace cord::tools::sipws_proxy
