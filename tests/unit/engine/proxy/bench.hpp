// A proxy core on a workbench: virtual time, a fake database and breaker, clients as flows with inboxes.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "engine/proxy/core.hpp"
#include "wire/sip/message.hpp"

namespace cord::test {

using engine::proxy::Flow;
using engine::proxy::Transport;

/// One client: where it is, and what came to it.
struct Client {
    Flow flow;
    std::string user;
    std::deque<wire::sip::Message> inbox;

    /// The oldest message not yet looked at; fails the test when there is none.
    wire::sip::Message next();
    /// The next one that is a request of this method or a response with this status; those before it are
    /// dropped.
    wire::sip::Message next(std::string_view what);
    [[nodiscard]] bool idle() const { return inbox.empty(); }
};

class Bench {
  public:
    explicit Bench(engine::proxy::Config config = default_config());
    static engine::proxy::Config default_config();

    /// Listeners 0 udp, 1 tcp, 2 ws, 3 wss.
    Client &phone(const std::string &user, std::string_view address);
    Client &tcp_phone(const std::string &user, std::string_view address);
    Client &browser(const std::string &user, std::string_view address);

    void send(Client &from, std::string_view message);
    void close(Client &client);
    /// The client's next connection: another number, another port.
    void reconnect(Client &client);
    void advance(base::Duration by);
    /// The process comes to its end, in two steps.
    void end_calls();
    void drop_connections();
    /// Another process takes the place of this one: it has the bindings of phones and what was kept of calls,
    /// and every connection is gone. Gives the number of calls that go on.
    std::size_t restart();
    void release_breaker();
    void release_resolver();
    /// As an operator does.
    bool hang_up(std::uint64_t call);

    /// REGISTER with the digest dance; checks that it ends in 200.
    void enroll(Client &client, std::string_view contact, std::string_view extra = "");
    /// Sends the request, answers a 401 or 407, and sends it again with another branch and CSeq.
    void send_with_password(Client &client, const std::string &request, std::string_view password = "secret");

    engine::proxy::Core &core() { return *core_; }
    [[nodiscard]] const engine::proxy::Core &core() const { return *core_; }
    [[nodiscard]] base::Now now() const { return now_; }
    [[nodiscard]] std::vector<std::string> events(std::string_view type) const;
    /// A statistic of the core by its name.
    [[nodiscard]] std::uint64_t level(std::string_view name) const;

    std::map<std::string, std::string> passwords; ///< By user.
    /// What the DNS knows: "udp:10.77.0.90:5060" each, by host; asked for with `resolutions`.
    std::map<std::string, std::vector<std::string>> places;
    std::vector<engine::resolve::Destination> resolutions;
    bool database_up = true;
    bool store_ok = true;
    bool breaker_up = true;
    std::string breaker_words;                      ///< Its reply, where it is not to be what fits.
    std::set<std::size_t> silent_breakers;          ///< They give no answer.
    std::vector<std::size_t> asked_breakers;        ///< Whom `breaker_requests` went to.
    bool resolver_holds = false;                    ///< Its answers wait for release_resolver().
    bool send_fails = false;                        ///< Of every request.
    bool breaker_holds = false;                     ///< Its answers wait for release_breaker().
    std::vector<std::string> breaker_requests;      ///< As bencode.
    std::string breaker_numbers = "d6:result2:oke"; ///< What it answers to a delete.
    std::vector<engine::locate::Change> stored;
    std::string kept;                  ///< The records of calls, one after another.
    std::vector<std::string> accounts; ///< "acc INVITE from-tag to-tag call-id 200 OK"

  private:
    void drain();
    void act(engine::proxy::Effect &effect);
    std::vector<engine::proxy::NextHop> hops_to(const std::string &host) const;
    std::string breaker_reply(std::string_view request) const;

    base::SeededRandom random_{7};
    engine::proxy::Config config_;
    std::unique_ptr<engine::proxy::Core> core_;
    base::Now now_{base::Time(std::chrono::seconds(100)),
                   base::UnixTime(std::chrono::seconds(1'700'000'000))};
    std::deque<Client> clients_;
    std::vector<engine::proxy::AskBreaker> held_;
    std::vector<engine::proxy::Resolve> unresolved_;
    std::vector<engine::proxy::Event> events_;
    std::uint64_t connections_ = 0;
};

/// SDP bodies as browsers and phones make them.
extern const char *const browser_sdp;
extern const char *const phone_sdp;

/// Lines joined with CRLF; a body with its Content-Length and type after them.
std::string message(std::string_view lines, std::string_view body = "");

} // namespace cord::test
