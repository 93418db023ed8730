// sipws-proxy: a SIP proxy and registrar over UDP, TCP, TLS, WS and WSS. This file wires; engine/proxy
// decides.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "base/log.hpp"
#include "certificates.hpp"
#include "check.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/paths.hpp"
#include "io/cli/say.hpp"
#include "io/net/daemon.hpp"
#include "io/net/host.hpp"
#include "options.hpp"
#include "proxy.hpp"
#include "services.hpp"

namespace cord::tools::sipws_proxy {
namespace {

using io::cli::Exit;
using Done = Checked<std::monostate>;

tl::unexpected<Refusal> refuse(int code, std::string text, std::string option = {}) {
    return tl::unexpected(Refusal{code, std::move(text), std::move(option)});
}

std::string shown(const engine::proxy::Listener &listener) {
    std::string address =
        listener.local.ip.is_any() ? fmt::format("*:{}", listener.local.port) : listener.local.text();
    return fmt::format("{}:{}", engine::transaction::name(listener.transport), address);
}

/// The daemon from its options to its end.
class Daemon {
  public:
    Daemon(io::cli::App &app, Options &options)
        : app_(app), options_(options), run_dir_(io::cli::run_directory(app.common().run_dir)),
          state_dir_(io::cli::state_directory(app.common().run_dir)),
          certificates_(loop_, {[this](auto certificates) { proxy_->use_certificates(certificates); },
                                [this](const std::string &file) { return trust(file); },
                                [this](const engine::proxy::Event &event) { proxy_->event(event); }}) {}

    int run() {
        Done ready = open();
        if (!ready)
            return end_with(ready.error());
        if (options_.check)
            return check();
        Done serving = serve();
        if (!serving)
            return end_with(serving.error());
        loop_.run();
        io::net::notify_manager("STOPPING=1");
        return Exit::done;
    }

  private:
    int end_with(const Refusal &why) const {
        return app_.refuse(why.option.empty() ? why.code : app_.value_code(why.option), why.text);
    }
    Done find_accounts();
    Done open();
    Checked<Setup> setup();
    Done reload();
    Done bind();
    Done bind_one(const ListenerOption &option, const std::string &text);
    Done read_certificates(const Options &options);
    Done trust(const std::string &ca_file);
    Actions actions();
    Done serve();
    int check();
    void name_defaults();
    void announce();
    void warn_of_choices();
    void on_signal(int number);
    void end();

    [[nodiscard]] std::vector<std::string> certificate_names() const;
    [[nodiscard]] bool wants_certificate() const {
        return std::any_of(listeners_.begin(), listeners_.end(), [](const ListenerOption &l) {
            return engine::transaction::is_secure(l.transport);
        });
    }

    io::cli::App &app_;
    Options &options_;
    std::string run_dir_, state_dir_;
    std::vector<ListenerOption> listeners_;
    io::db::Url database_;
    io::net::Loop loop_;
    std::unique_ptr<Proxy> proxy_;
    Certificates certificates_;
    std::optional<io::net::Account> account_; ///< Of --user and --group.
    Services services_;
    std::optional<io::net::Signals> signals_;
    int ending_signals_ = 0;
};

Checked<std::vector<io::net::LineSink>> open_sinks(const std::vector<std::string> &destinations,
                                                   std::string_view option, const std::string &node) {
    std::vector<io::net::LineSink> out;
    for (const std::string &destination : destinations) {
        auto sink = io::net::LineSink::open(destination, node);
        if (!sink)
            return refuse(Exit::cannot_create, fmt::format("{} {}", option, sink.error()));
        out.push_back(std::move(*sink));
    }
    return out;
}

/// --breaker, or the one of the run directory when it is there.
std::vector<std::string> breaker_texts(const Options &options, const std::string &run_dir) {
    std::string usual = run_dir + "/ng.sock";
    struct stat status {};
    if (options.breakers.empty() && ::stat(usual.c_str(), &status) == 0 && S_ISSOCK(status.st_mode))
        return {"unix:" + usual};
    return options.breakers;
}

Checked<std::vector<io::net::NgEndpoint>> breakers(const std::vector<std::string> &texts) {
    std::vector<io::net::NgEndpoint> out;
    for (const std::string &text : texts) {
        auto endpoint = io::net::NgEndpoint::parse(text);
        if (!endpoint)
            return refuse(Exit::wrong_usage, endpoint.error(), "breaker");
        out.push_back(std::move(*endpoint));
    }
    return out;
}

/// The folder of --www: named, or where `make install` puts the web phone beside our own prefix.
Checked<std::string> www_folder(const std::string &named) {
    namespace fs = std::filesystem;
    std::error_code failed;
    if (named == "off")
        return std::string();
    if (!named.empty()) {
        if (!fs::is_directory(named, failed))
            return refuse(Exit::bad_configuration, fmt::format("--www {}: there is no such folder", named));
        return named;
    }
    fs::path self = fs::read_symlink("/proc/self/exe", failed);
    fs::path usual = self.parent_path().parent_path() / "share/cordboard/www";
    return fs::is_directory(usual, failed) ? usual.string() : std::string();
}

engine::proxy::Listener listener_of(const ListenerOption &option) {
    engine::proxy::Listener listener;
    listener.transport = option.transport;
    base::IpAddress any;
    any.v6 = io::net::has_ipv6();
    listener.local = {option.ip.value_or(any), option.port};
    listener.advertised_host = option.advertised_host;
    listener.advertised_port = option.advertised_port;
    listener.bridge = option.bridge;
    listener.digest = option.digest;
    return listener;
}

/// What SIGHUP can change, of options that were read.
Checked<Settings> settings(const Options &options) {
    auto wanted = listeners(options);
    if (!wanted)
        return tl::unexpected(wanted.error());
    auto config = core_config(options);
    if (!config)
        return tl::unexpected(config.error());
    for (const ListenerOption &option : *wanted)
        config->listeners.push_back(listener_of(option));
    return Settings{std::move(*config), options.domains.empty(), options.origins,
                    std::chrono::seconds(options.drain_seconds)};
}

Checked<Setup> Daemon::setup() {
    Setup setup;
    auto wanted = settings(options_);
    setup.node = options_.node.empty() ? io::net::host_name() : options_.node;
    auto trace = open_sinks(options_.trace, "--trace", setup.node);
    auto events = open_sinks(options_.events, "--events", setup.node);
    auto endpoints = breakers(breaker_texts(options_, run_dir_));
    auto www = www_folder(options_.www);
    for (const Refusal *why : {wanted ? nullptr : &wanted.error(), trace ? nullptr : &trace.error(),
                               events ? nullptr : &events.error(), endpoints ? nullptr : &endpoints.error(),
                               www ? nullptr : &www.error()})
        if (why)
            return tl::unexpected(*why);
    static_cast<Settings &>(setup) = std::move(*wanted);
    setup.config.listeners.clear(); // each comes back as it is bound
    setup.www = std::move(*www);
    setup.dns = options_.dns;
    setup.breakers = std::move(*endpoints);
    setup.trace = std::move(*trace);
    setup.events = std::move(*events);
    return setup;
}

/// Users and groups that the end of the start needs, found before anything is bound.
Done Daemon::find_accounts() {
    if (options_.user.empty() && options_.group.empty())
        return {};
    auto account = io::net::find_account(options_.user, options_.group);
    if (!account)
        return refuse(Exit::bad_configuration, account.error());
    account_ = std::move(*account);
    return {};
}

Done Daemon::open() {
    if (Done done = services_.check(options_); !done)
        return done;
    io::net::raise_descriptor_limit();
    if (Done done = find_accounts(); !done)
        return done;
    auto wanted = listeners(options_);
    if (!wanted)
        return tl::unexpected(wanted.error());
    listeners_ = std::move(*wanted);
    auto database = options_.database.resolve(app_);
    if (!database)
        return refuse(database.error().code, database.error().text);
    database_ = std::move(*database);
    auto made = setup();
    if (!made)
        return tl::unexpected(made.error());
    proxy_ = std::make_unique<Proxy>(loop_, std::move(*made));
    if (Done done = trust(options_.tls_ca); !done)
        return done;
    // One that is named is wanted to be good, even while no listener shows it.
    if (wants_certificate() || !options_.tls_certs.empty())
        if (Done done = read_certificates(options_); !done)
            return done;
    if (Done done = bind(); !done)
        return done;
    return services_.open(loop_, *proxy_, options_, run_dir_, actions());
}

/// What methods may set off here.
Actions Daemon::actions() {
    auto reload_certificate = [this]() -> base::Result<void, std::string> {
        if (!wants_certificate())
            return tl::unexpected(std::string("no listener shows a certificate"));
        return read_certificates(options_).map([](std::monostate) {}).map_error([](const Refusal &why) {
            return why.text;
        });
    };
    return {[this] { loop_.post([this] { on_signal(SIGTERM); }); }, std::move(reload_certificate)};
}

std::vector<std::string> Daemon::certificate_names() const {
    std::vector<std::string> names;
    auto add = [&names](const std::string &name) {
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    };
    for (const ListenerOption &listener : listeners_)
        add(listener.advertised_host);
    for (const std::string &domain : options_.domains)
        add(domain);
    for (const std::string &name : io::net::own_names())
        add(name);
    return names;
}

Done Daemon::read_certificates(const Options &options) {
    return certificates_.read(CertificateFiles(options, state_dir_), certificate_names());
}

/// Those of --tls-ca, or else the system's for servers, and none for clients.
Done Daemon::trust(const std::string &ca_file) {
    if (ca_file.empty()) {
        proxy_->trust(io::net::TlsClient(), std::nullopt);
        return {};
    }
    auto client = io::net::TlsClient::trusting(ca_file);
    auto of_clients = io::net::ClientAuthorities::load(ca_file);
    if (!client || !of_clients)
        return refuse(Exit::bad_configuration,
                      fmt::format("--tls-ca {}", client ? of_clients.error() : client.error()));
    proxy_->trust(std::move(*client), std::move(*of_clients));
    return {};
}

Done Daemon::bind() {
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
        const ListenerOption &option = listeners_[i];
        std::string text = fmt::format("{}:{}:{}", engine::transaction::name(option.transport),
                                       option.ip ? option.ip->text() : "*", option.port);
        if (Done done = bind_one(option, text); !done)
            return done;
    }
    return {};
}

Done Daemon::bind_one(const ListenerOption &option, const std::string &text) {
    auto bound = proxy_->bind(listener_of(option));
    if (bound)
        return {};
    int number = bound.error().number;
    return refuse(number == EACCES || number == EPERM ? Exit::not_permitted : Exit::cannot_create,
                  fmt::format("cannot listen on {}: {}", text, std::strerror(number)));
}

Done Daemon::serve() {
    if (account_)
        if (auto dropped = io::net::drop_privileges(*account_); !dropped)
            return refuse(Exit::not_permitted, dropped.error());
    if (!options_.state.empty()) {
        auto folder = StateFolder::open(options_.state);
        if (!folder)
            return tl::unexpected(folder.error());
        proxy_->keep_state(std::move(*folder));
    }
    warn_of_choices();
    signals_.emplace(loop_, std::initializer_list<int>{SIGTERM, SIGINT, SIGHUP},
                     [this](int n) { on_signal(n); });
    io::net::take_hangups();
    certificates_.watch();
    proxy_->start(database_, [this] { announce(); });
    return {};
}

void Daemon::warn_of_choices() {
    if (options_.durability == "memory")
        base::log::warning("proxy",
                           "--durability memory: a crash loses registrations of the last second that were "
                           "answered with 200");
    if (options_.auth == "off")
        base::log::warning("proxy", "authentication is off: anyone may register any user of these domains");
}

void Daemon::announce() {
    std::string line;
    for (const engine::proxy::Listener &listener : proxy_->config().listeners) {
        line += ' ' + shown(listener);
        proxy_->event({"listening",
                       {{"transport", std::string(engine::transaction::name(listener.transport))},
                        {"address", listener.local.text()}}});
    }
    for (const auto &[service, address] : services_.addresses()) {
        line += fmt::format(" {}:{}", service, address.text());
        proxy_->event({"listening", {{"transport", service}, {"address", address.text()}}});
    }
    io::cli::say("sipws-proxy", "ready on{}", line);
    io::net::notify_manager("READY=1");
}

void Daemon::on_signal(int number) {
    if (number == SIGHUP) {
        if (Done done = reload(); !done) {
            base::log::error("proxy", "the former configuration stays: {}", done.error().text);
            proxy_->reload();
        }
        return;
    }
    switch (++ending_signals_) {
    case 1:
        base::log::info("proxy", "ending: new calls are refused");
        return proxy_->drain([this] { end(); });
    case 2: return end();
    default: loop_.stop(); // whatever is still to be said
    }
}

/// All of it is read and found good before any of it is taken.
Done Daemon::reload() {
    Options fresh;
    io::cli::App again("sipws-proxy", "");
    declare(again, fresh);
    if (auto read = again.read_again(app_); !read)
        return refuse(read.error().code, read.error().text);
    if (auto good = settings(fresh); !good)
        return tl::unexpected(good.error());
    if (Done done = wants_certificate() ? read_certificates(fresh) : trust(fresh.tls_ca); !done)
        return done;
    certificates_.watch();
    const io::cli::Changes changes = app_.take_live(again);
    auto wanted = settings(options_);
    if (!wanted)
        return tl::unexpected(wanted.error());
    proxy_->reconfigure(std::move(*wanted));
    base::log::info("proxy", "read the configuration again, {}", changes.text());
    warn_of_choices();
    return {};
}

void Daemon::end() {
    proxy_->end([this] { loop_.stop(); });
}

/// What stands for options that were not given.
void Daemon::name_defaults() {
    options_.listen = listen_texts(options_);
    options_.breakers = breaker_texts(options_, run_dir_);
    if (auto database = options_.database.text(app_.common().run_dir);
        database && options_.database.file.empty())
        options_.database.url = io::db::without_password(*database);
    if (options_.control.empty())
        options_.control = run_dir_ + "/proxy.sock";
    options_.node = proxy_->node();
    if (auto www = www_folder(options_.www))
        options_.www = www->empty() ? "off" : *www;
    if (options_.tls_certs.empty() && wants_certificate()) {
        const CertificateFiles own(options_, state_dir_);
        options_.tls_certs = {own.pairs().front().chain};
        options_.tls_keys = {own.pairs().front().key};
    }
}

/// Ports, certificate and control socket were tried as for a start.
int Daemon::check() {
    name_defaults();
    std::fputs(app_.effective_configuration().c_str(), stdout);
    auto endpoints = breakers(options_.breakers);
    CORD_ASSERT(endpoints);
    for (const Done &done : {check_database(database_), check_breakers(*endpoints)})
        if (!done)
            return end_with(done.error());
    return Exit::done;
}

} // namespace
} // namespace cord::tools::sipws_proxy

int main(int argc, char **argv) {
    using namespace cord::tools::sipws_proxy;
    cord::io::net::hold_hangups();
    cord::io::cli::App app("sipws-proxy", "SIP proxy and registrar over UDP, TCP, TLS, WS and WSS");
    Options options;
    declare(app, options);
    app.act([&] { return Daemon(app, options).run(); });
    return app.run(argc, argv);
}
