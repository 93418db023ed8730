// The shell around the proxy core: brings it messages, answers and deadlines, and does what it wants done.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "crypto/random.hpp"
#include "engine/locate/row.hpp"
#include "engine/proxy/core.hpp"
#include "io/db/thread.hpp"
#include "io/http/files.hpp"
#include "io/net/line_sink.hpp"
#include "io/net/loop.hpp"
#include "io/net/ng_client.hpp"
#include "io/net/transports.hpp"
#include "io/resolve/resolver.hpp"
#include "refusals.hpp"
#include "state_folder.hpp"
#include "tables.hpp"
#include "users.hpp"

namespace cord::tools::sipws_proxy {

/// What can change while it serves.
struct Settings {
    engine::proxy::Config config;
    bool domains_from_database = true;
    std::vector<std::string> origins;
    base::Duration drain_for{};
};

/// What a Proxy is made of, opened and checked before. The configuration's listeners are filled in as they
/// are bound.
struct Setup : Settings {
    std::string node;
    std::string www; ///< Empty: none.
    std::string dns; ///< Empty: the servers of the system.
    std::vector<io::net::NgEndpoint> breakers;
    std::vector<io::net::LineSink> trace, events;
};

class Proxy {
  public:
    Proxy(io::net::Loop &loop, Setup setup);
    ~Proxy();

    /// Before `start`, in the order that engine::proxy::Config::listeners has.
    [[nodiscard]] base::Result<void, io::net::SystemError> bind(engine::proxy::Listener listener);
    void use_certificates(std::span<const crypto::Certificate> certificates) {
        transports_.use_certificates(certificates);
    }

    /// Whom we believe: of those we connect to, and of clients that show a certificate.
    void trust(io::net::TlsClient client, std::optional<io::net::ClientAuthorities> of_clients) {
        transports_.use_client(std::move(client));
        transports_.ask_clients(std::move(of_clients));
    }

    /// Before `start`: takes up the calls that another process left there, and leaves its own.
    void keep_state(StateFolder folder);
    /// Reads the database and serves; `ready` is called when it has answered, well or not.
    void start(io::db::Url database, std::function<void()> ready);
    /// New calls are refused; `done` is called when those that stand and are not kept have ended, or when the
    /// time is over.
    void drain(std::function<void()> done);
    /// Hangs up the calls that stand and are not kept, says goodbye to clients and takes bindings along that
    /// end with their connections; `done` is called within a second.
    void end(std::function<void()> done);
    /// Reads the tables again and forgets what it knows of users.
    void reload();
    /// Serves by these settings from now on; their listeners are those bound, in that order.
    void reconfigure(Settings settings);

    // For the control socket.
    [[nodiscard]] engine::proxy::Core &core() { return *core_; }
    [[nodiscard]] const engine::proxy::Config &config() const { return setup_.config; }
    [[nodiscard]] const std::string &node() const { return setup_.node; }
    [[nodiscard]] std::vector<engine::proxy::Statistic> statistics() const;
    [[nodiscard]] std::map<io::net::Transport, std::size_t> connections() const {
        return transports_.connections();
    }
    [[nodiscard]] std::vector<io::net::Flow> open_flows() const { return transports_.open_flows(); }
    /// By address, and whether they answer.
    [[nodiscard]] std::vector<std::pair<std::string, bool>> breakers() const;
    [[nodiscard]] base::Time started() const { return started_; }
    /// Removes bindings of a user, of one contact or all; gives their number.
    std::size_t kick(const std::string &user, const std::string &domain, const std::string &contact);
    /// Adds the binding of a row, or replaces the one with its ruid; a new one has none. False when the row
    /// makes no sense.
    bool add_contact(engine::locate::Row row);
    /// Ends a call; false when there is none of this number.
    bool hang_up(std::uint64_t call);
    void event(const engine::proxy::Event &event);
    /// Tells the core whether anybody hears why requests are refused: events, and from debug on the log.
    void note_log_level() { core_->explain(hears_reasons()); }

  private:
    void settle();
    void apply(engine::proxy::Send &send);
    void apply(engine::proxy::Store &store);
    void apply(engine::proxy::LookUser &look);
    void apply(engine::proxy::Resolve &question);
    void apply(engine::proxy::AskBreaker &ask);
    void apply(engine::proxy::Event &event);
    void apply(engine::proxy::Account &account);
    void apply(engine::proxy::Keep &keep);
    void write_state();

    void on_broken(const io::net::Flow &flow, const wire::sip::FrameError &error);
    void on_breaker_state(std::size_t breaker, bool up);
    void read_database(std::function<void()> then);
    void configure_core();
    void note_hearers();
    [[nodiscard]] bool hears_reasons() const;
    void take_tables(Tables tables);
    [[nodiscard]] std::optional<engine::locate::Binding> binding_of(const engine::locate::Row &row) const;
    void wait_until(std::function<bool()> condition, base::Duration step, base::Time end,
                    std::function<void()> then);
    void trace(const io::net::Flow &flow, bool outbound, base::Bytes bytes);

    io::net::Loop &loop_;
    Setup setup_;
    crypto::SystemRandom random_;
    std::unique_ptr<engine::proxy::Core> core_; // from `start` on, when its listeners are known
    io::http::Files files_;
    io::net::Transports transports_;
    std::unique_ptr<io::resolve::Dns> dns_; // from `start` on, as the next
    std::unique_ptr<io::resolve::Resolver> resolver_;
    std::vector<io::net::NgClient> breakers_;
    std::unique_ptr<io::db::DatabaseThread> database_;
    Users users_;
    Refusals refusals_;
    std::optional<StateFolder> state_;
    std::string state_records_; ///< Not yet written.
    io::net::Deadline core_deadline_;
    io::net::Timer retry_timer_, drain_timer_;
    base::Time started_{};
    bool bindings_loaded_ = false;
};

} // namespace cord::tools::sipws_proxy
