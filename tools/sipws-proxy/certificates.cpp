#include "certificates.hpp"

#include "base/log.hpp"
#include "io/net/clock.hpp"

namespace cord::tools::sipws_proxy {
namespace {

constexpr std::chrono::seconds look_every{3};
constexpr std::chrono::hours tell_every{24};
/// What renews certificates does so a month or three weeks before their end: by then it has failed.
constexpr std::chrono::hours tell_before{14 * 24};

} // namespace

Checked<std::monostate> Certificates::read(CertificateFiles files, std::vector<std::string> names) {
    auto state = files.state(); // before: what is written meanwhile is read next time
    auto read = files.load(names);
    if (!read)
        return tl::unexpected(read.error());
    if (auto trusted = calls_.trust(files.authorities()); !trusted)
        return trusted;
    calls_.show(*read);
    ends_.clear();
    for (const crypto::Certificate &certificate : *read)
        ends_.push_back(certificate.expires());
    read_as_ = seen_as_ = state ? state : files.state();
    files_ = std::move(files);
    names_ = std::move(names);
    return {};
}

void Certificates::watch() {
    if (!files_)
        return;
    look_.after(look_every, [this] { look(); });
    tell_of_ends();
}

/// Certificate and key are seldom written at once: they are read when they have stayed alike for two looks.
void Certificates::look() {
    look_.after(look_every, [this] { look(); });
    auto state = files_->state();
    const bool steady = state == seen_as_;
    seen_as_ = state;
    if (!state || !steady || state == read_as_)
        return;
    read_as_ = state;
    if (auto done = read(*files_, names_); !done)
        return base::log::error("tls", "the former certificate stays: {}", done.error().text);
    base::log::info("tls", "read the certificate again, since its file has changed");
    tell_of_ends();
}

void Certificates::tell_of_ends() {
    using std::chrono::duration_cast;
    day_.after(tell_every, [this] { tell_of_ends(); });
    for (std::size_t i = 0; i < ends_.size(); ++i) {
        const auto left = ends_[i] - io::net::now().unix;
        if (left > tell_before)
            continue;
        const std::string &file = files_->pairs()[i].chain;
        const auto days = duration_cast<std::chrono::hours>(left).count() / 24;
        if (left.count() < 0)
            base::log::error("tls", "the certificate {} has expired: clients refuse it", file);
        else
            base::log::warning("tls", "the certificate {} expires in {} days", file, days);
        calls_.event(
            {"cert-expiring",
             {{"file", file},
              {"expires",
               std::int64_t{duration_cast<std::chrono::seconds>(ends_[i].time_since_epoch()).count()}},
              {"days", std::int64_t{days}}}});
    }
}

} // namespace cord::tools::sipws_proxy
