// rtc-breaker: reads options, and wires listeners, the ng engine and the media relay together.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "breaker.hpp"
#include "codecs.hpp"
#include "control.hpp"
#include "crypto/certificate.hpp"
#include "crypto/random.hpp"
#include "engine/dtls/openssl.hpp"
#include "interfaces.hpp"
#include "io/cli/app.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/paths.hpp"
#include "io/cli/say.hpp"
#include "io/net/clock.hpp"
#include "io/net/daemon.hpp"
#include "io/net/socket.hpp"
#include "io/rpc/server.hpp"
#include "listeners.hpp"

namespace {

using namespace cord;
using namespace cord::tools::rtc_breaker;
namespace exit_code = io::cli;

struct Options {
    std::vector<std::string> ng;
    std::vector<std::string> interfaces;
    std::string ports = "30000-40000";
    std::string webrtc_port = "off";
    std::int64_t codec_workers = 1;
    std::int64_t coalesce = 1000;
    std::string record_dir;
    std::string control, control_mode = "0600", control_group;
    std::string user, group;
    std::int64_t drain_seconds = 0;
    bool check = false;
};

void declare(io::cli::App &app, Options &o) {
    app.repeated("--ng", o.ng, "ENDPOINT",
                 "Listen for ng: udp:HOST:PORT, tcp:HOST:PORT, http:HOST:PORT, unix:PATH, unixgram:PATH, or "
                 "- for stdin and stdout");
    app.repeated("--interface", o.interfaces, "[NAME/]ADDR[!ADVERTISED]",
                 "Address for media, and what descriptions say instead; default: that of the default route");
    app.option("--ports", o.ports, "FIRST-LAST", "UDP ports for media");
    app.option("--webrtc-port", o.webrtc_port, "PORT|off", "One UDP port for all browsers");
    app.option("--record-dir", o.record_dir, "DIR", "Where recordings of calls go; default: none are made");
    app.option("--control", o.control, "SOCKET",
               "The control socket (default: breaker.sock of the run directory)");
    app.option("--control-mode", o.control_mode, "MODE", "Its mode");
    app.option("--control-group", o.control_group, "GROUP", "Its group");
    app.number("--codec-workers", o.codec_workers, 1, 64, "N", "Processes that translate between codecs");
    app.number("--coalesce", o.coalesce, 0, 1000, "MICROSECONDS",
               "How long packets gather under load, so that one wake-up serves many");
    app.number("--drain-seconds", o.drain_seconds, 0, 86'400, "N", "How long SIGTERM waits for calls to end")
        .live();
    app.option("--user", o.user, "USER", "Become this user once ports and sockets are open");
    app.option("--group", o.group, "GROUP", "And this group");
    app.flag("--check", o.check, "Test ports and sockets, print the configuration, and end");
}

/// mediacodec beside this program, in the build's place, or on the PATH; empty when there is none.
std::string find_mediacodec() {
    std::error_code error;
    const auto here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    std::vector<std::filesystem::path> places{here / "mediacodec",
                                              here.parent_path() / "mediacodec" / "mediacodec"};
    const char *path = std::getenv("PATH");
    base::split(path ? path : "", ':', [&](std::string_view directory) {
        places.push_back(std::filesystem::path(directory) / "mediacodec");
    });
    for (const auto &place : places)
        if (std::filesystem::is_regular_file(place, error) && ::access(place.c_str(), X_OK) == 0)
            return std::filesystem::absolute(place).string();
    return {};
}

/// The daemon from its start to its end.
class Daemon {
  public:
    Daemon(io::cli::App &app, Options &options) : app_(app), options_(options) {}

    int run() {
        for (auto step : {&Daemon::find_accounts, &Daemon::read_interfaces, &Daemon::find_folder,
                          &Daemon::start_media, &Daemon::start_listeners, &Daemon::start_control})
            if (int code = (this->*step)())
                return code;
        if (options_.check) {
            name_defaults();
            fmt::print("{}", app_.effective_configuration());
            return exit_code::done;
        }
        if (account_)
            if (auto dropped = io::net::drop_privileges(*account_); !dropped)
                return app_.refuse(exit_code::not_permitted, dropped.error());
        io::net::Signals signals(loop_, {SIGTERM, SIGINT, SIGHUP}, [this](int number) {
            if (number == SIGHUP)
                reload();
            else
                stop(number);
        });
        io::net::take_hangups();
        tell_ready();
        loop_.run();
        return exit_code::done;
    }

  private:
    /// Users, groups and modes that the end of the start needs, found before anything is bound.
    int find_accounts() {
        auto mode = io::rpc::read_mode(options_.control_mode);
        if (!mode)
            return app_.refuse(app_.value_code("control-mode"), "--control-mode is octal, as 0660");
        control_mode_ = *mode;
        if (!options_.control_group.empty() && !io::net::find_group(options_.control_group))
            return app_.refuse(exit_code::bad_configuration,
                               "--control-group: there is no group " + options_.control_group);
        if (options_.user.empty() && options_.group.empty())
            return exit_code::done;
        auto account = io::net::find_account(options_.user, options_.group);
        if (!account)
            return app_.refuse(exit_code::bad_configuration, account.error());
        account_ = std::move(*account);
        return exit_code::done;
    }

    int read_interfaces() {
        for (const std::string &text : options_.interfaces) {
            auto interface = read_interface(text);
            if (!interface)
                return app_.refuse(app_.value_code("interface"), interface.error());
            config_.interfaces.push_back(std::move(*interface));
        }
        if (config_.interfaces.empty()) {
            auto address = default_address();
            if (!address)
                return app_.refuse(exit_code::bad_configuration,
                                   "there is no default route: name an address with --interface");
            config_.interfaces.push_back({"default", *address, *address, {}});
        }
        // Else the first call would find out.
        for (const engine::ng::Interface &interface : config_.interfaces)
            if (auto tried = io::net::bind_udp({interface.address, 0}); !tried)
                return app_.refuse(exit_code::cannot_create,
                                   fmt::format("--interface {}: {}", interface.address.text(),
                                               std::strerror(tried.error().number)));
        return exit_code::done;
    }

    /// Else a call would find out.
    int find_folder() {
        std::error_code error;
        if (!options_.record_dir.empty() && !std::filesystem::is_directory(options_.record_dir, error))
            return app_.refuse(exit_code::cannot_create,
                               "--record-dir " + options_.record_dir + ": not a folder");
        if (!options_.record_dir.empty())
            config_.record_dir = std::filesystem::absolute(options_.record_dir, error).string();
        return exit_code::done;
    }

    int start_media() {
        auto ports = read_ports(options_.ports);
        if (!ports)
            return app_.refuse(app_.value_code("ports"), "--ports " + options_.ports + ": not FIRST-LAST");
        auto certificate =
            crypto::Certificate::self_signed(std::vector<std::string>{"rtc-breaker"}, io::net::now().unix);
        if (!certificate)
            return app_.refuse(exit_code::io_error, certificate.error().text());
        handshakers_.emplace(*certificate);
        config_.fingerprint = handshakers_->fingerprint();
        io::media::RelayOptions relay;
        relay.first_port = ports->first;
        relay.last_port = ports->last;
        relay.codec_program = find_mediacodec();
        relay.codec_workers = static_cast<std::size_t>(options_.codec_workers);
        relay.coalesce = std::chrono::microseconds(options_.coalesce);
        if (relay.codec_program.empty())
            base::log::warning("media",
                               "no mediacodec found: sides without a common codec will not hear each other");
        else
            config_.spoken = codecs_of(relay.codec_program);
        relay_.emplace(loop_, *handshakers_, random_, relay,
                       [this](const engine::media::Event &event) { breaker_->on_media_event(event); });
        if (int code = share_port())
            return code;
        breaker_.emplace(loop_, *relay_, config_, random_);
        return exit_code::done;
    }

    /// One port on each address for all browsers.
    int share_port() {
        if (options_.webrtc_port == "off")
            return exit_code::done;
        auto port = base::to_uint(options_.webrtc_port, UINT16_MAX);
        if (!port || *port == 0)
            return app_.refuse(app_.value_code("webrtc-port"),
                               "--webrtc-port " + options_.webrtc_port + ": not a port or off");
        for (engine::ng::Interface &interface : config_.interfaces) {
            const base::Endpoint at{interface.address, static_cast<std::uint16_t>(*port)};
            auto bound = relay_->bind_shared(at);
            if (!bound)
                return app_.refuse(exit_code::cannot_create, bound.error());
            interface.shared = engine::ng::BoundPort{*bound, {}, at, true};
        }
        return exit_code::done;
    }

    int start_listeners() {
        std::vector<std::string> endpoints = options_.ng;
        if (endpoints.empty()) {
            const std::string directory = io::cli::run_directory(app_.common().run_dir);
            const std::string path = io::cli::in_directory(directory, "ng.sock");
            if (path.empty())
                return app_.refuse(exit_code::cannot_create, directory + ": cannot be made");
            endpoints.push_back("unix:" + path);
        }
        for (const std::string &endpoint : endpoints) {
            auto listener = listen(
                loop_, endpoint,
                [this](std::string_view message, std::string_view sender, auto answer) {
                    breaker_->receive(message, sender, std::move(answer));
                },
                [this] { on_input_end(); });
            if (!listener)
                return app_.refuse(listener.error().exit_code == exit_code::wrong_usage
                                       ? app_.value_code("ng")
                                       : listener.error().exit_code,
                                   "--ng " + listener.error().text);
            listeners_.push_back(std::move(*listener));
        }
        return exit_code::done;
    }

    int start_control() {
        const std::string directory = io::cli::run_directory(app_.common().run_dir);
        // A filter in a pipe is nobody's to control, unless asked for.
        if (options_.control.empty() && is_filter())
            return exit_code::done;
        const std::string path =
            options_.control.empty() ? io::cli::in_directory(directory, "breaker.sock") : options_.control;
        if (path.empty())
            return app_.refuse(exit_code::cannot_create, directory + ": cannot be made");
        add_methods(methods_, *breaker_, [this] { loop_.post([this] { stop(SIGTERM); }); });
        auto server = io::rpc::Server::listen(loop_, methods_, path, {control_mode_, options_.control_group});
        if (!server)
            return app_.refuse(exit_code::cannot_create, server.error());
        control_.emplace(std::move(*server));
        return exit_code::done;
    }

    /// What stands for options that were not given.
    void name_defaults() {
        options_.ng.clear();
        for (const auto &listener : listeners_)
            options_.ng.push_back(listener->name());
        if (options_.interfaces.empty())
            options_.interfaces.push_back(config_.interfaces.front().address.text());
        if (options_.control.empty() && !is_filter())
            options_.control = io::cli::run_directory(app_.common().run_dir) + "/breaker.sock";
    }

    [[nodiscard]] bool is_filter() const { return options_.ng == std::vector<std::string>{"-"}; }

    /// A filter ends with its input; a daemon that has other listeners goes on.
    void on_input_end() {
        if (is_filter())
            loop_.stop();
    }

    void tell_ready() {
        std::string where;
        for (const auto &listener : listeners_)
            where += " " + listener->name();
        std::string media;
        for (const engine::ng::Interface &interface : config_.interfaces)
            media += " " + (interface.advertised == interface.address
                                ? interface.address.text()
                                : interface.address.text() + "!" + interface.advertised.text());
        io::net::notify_manager("READY=1");
        io::cli::say("rtc-breaker", "ready on{}; media on{}, ports {}", where, media, options_.ports);
    }

    /// SIGHUP reads the configuration again. Sockets and media ports stay as they are, and the certificate is
    /// one of this process, in no file.
    void reload() {
        Options fresh;
        io::cli::App again("rtc-breaker", "");
        declare(again, fresh);
        if (auto read = again.read_again(app_); !read)
            base::log::error("rtc-breaker", "the former configuration stays: {}", read.error().text);
        else
            base::log::info("rtc-breaker", "read the configuration again, {}", app_.take_live(again).text());
    }

    /// SIGTERM lets calls end for a while; a second one, or Ctrl-C, ends now.
    void stop(int number) {
        if (number == SIGINT || std::exchange(stopping_, true) || options_.drain_seconds == 0)
            return loop_.stop();
        io::net::notify_manager("STOPPING=1");
        base::log::info("rtc-breaker", "waiting for calls to end, {} s at most", options_.drain_seconds);
        drain_.after(std::chrono::seconds(options_.drain_seconds), [this] { loop_.stop(); });
        breaker_->drain([this] { loop_.stop(); });
    }

    io::cli::App &app_;
    Options &options_;
    io::net::Loop loop_;
    crypto::SystemRandom random_;
    engine::ng::Config config_;
    std::optional<engine::dtls::OpenSslFactory> handshakers_;
    std::optional<io::media::Relay> relay_;
    std::optional<Breaker> breaker_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    io::rpc::Methods methods_;
    mode_t control_mode_ = 0600;
    std::optional<io::net::Account> account_; ///< Of --user and --group.
    std::optional<io::rpc::Server> control_;
    io::net::Timer drain_{loop_};
    bool stopping_ = false;
};

} // namespace

int main(int argc, char **argv) {
    io::net::hold_hangups();
    ::signal(SIGPIPE, SIG_IGN);
    Options options;
    io::cli::App app("rtc-breaker", "Relay media between browsers and phones, steered by the ng protocol");
    declare(app, options);
    app.act([&] { return Daemon(app, options).run(); });
    return app.run(argc, argv);
}
