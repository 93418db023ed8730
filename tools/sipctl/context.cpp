#include "context.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/paths.hpp"
#include "io/cli/say.hpp"
#include "io/rpc/json_text.hpp"
#include "io/rpc/names.hpp"

namespace cord::tools::sipctl {

using io::rpc::json_string;
namespace names = io::rpc::names;

Context::Context(io::cli::App &app) : app_(app) {
    database_.declare(app);
    app.option("--domain", domain_, "D", "The domain of users that are named without one")
        .option("--control", control_, "SOCKET",
                "The proxy's control socket (default: proxy.sock of the run directory)");
}

tl::unexpected<Ended> Context::refuse(int code, const std::string &why) const {
    return tl::unexpected<Ended>(Ended{app_.refuse(code, why)});
}

tl::unexpected<Ended> Context::refuse(const io::db::Failure &failure) const {
    return refuse(io::db::exit_code(failure.trouble), failure.text);
}

tl::unexpected<Ended> Context::refuse(const io::rpc::Refusal &refusal) const {
    const bool down = refusal.code == io::rpc::unreachable || refusal.code == io::rpc::bad_answer;
    return refuse(down ? io::cli::unavailable : io::cli::answer_is_no, refusal.message);
}

void Context::say(const std::string &words) const {
    if (app_.common().verbosity >= 0)
        io::cli::say("sipctl", words);
}

Outcome<io::db::Database> Context::open_database() const {
    auto url = database_.resolve(app_);
    if (!url)
        return refuse(url.error().code, url.error().text);
    auto opened = io::db::Database::open(*url);
    if (!opened)
        return refuse(opened.error());
    return std::move(*opened);
}

Outcome<Aor> Context::aor_of(io::db::Database &database, std::string text) const {
    if (text.starts_with("sip:"))
        text.erase(0, 4);
    Aor aor;
    if (std::size_t at = text.rfind('@'); at != std::string::npos) {
        aor = {text.substr(0, at), base::lower(std::string_view(text).substr(at + 1))};
    } else {
        aor = {text, base::lower(domain_)};
        if (aor.domain.empty()) {
            auto domains = database.domains();
            if (!domains)
                return refuse(domains.error());
            if (domains->size() != 1)
                return refuse(
                    io::cli::wrong_usage,
                    fmt::format("'{}' has no domain, and there {}: write user@domain, or give --domain", text,
                                domains->empty() ? "is none yet" : "are several"));
            aor.domain = domains->front();
        }
    }
    if (auto wrong = io::db::wrong_with_user(aor.name, aor.domain))
        return refuse(io::cli::wrong_usage, fmt::format("'{}': {}", text, *wrong));
    return aor;
}

std::string Context::socket_path(const std::string &name) const {
    if (name.find('/') != std::string::npos)
        return name;
    return io::cli::run_directory(app_.common().run_dir) + "/" + name;
}

base::Result<io::rpc::Client, io::rpc::Refusal> Context::connect() const {
    return io::rpc::Client::connect(control_.empty() ? socket_path("proxy.sock") : control_);
}

void Context::tell(const Calls &calls) const {
    auto proxy = connect();
    if (!proxy)
        return;
    for (const auto &[method, params] : calls) {
        auto answer = proxy->call(method, params);
        // 404: the user had no bindings, which is no news.
        if (!answer && answer.error().code != 404)
            say(fmt::format("the running proxy did not take the change: {}: {}", method,
                            answer.error().message));
    }
}

void Context::tell_of_user(const Aor &aor, bool removed) const {
    Calls calls = {{names::reload_domains, {}}, {names::user_changed, {json_string(aor.text())}}};
    if (removed)
        calls.push_back({names::remove_bindings, {json_string("location"), json_string(aor.text())}});
    tell(calls);
}

void Context::tell_of_tables() const { tell({{names::reload_domains, {}}}); }

io::cli::Table Context::table(std::vector<io::cli::Column> columns) const {
    return io::cli::Table(std::move(columns), io::cli::Table::form(json_));
}

void Context::declare_json(io::cli::Command &command) {
    command.flag("--json", json_, "Print one JSON object a line");
}

} // namespace cord::tools::sipctl
