// A simulated phone: a small user agent on the same transaction layer as the proxy.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "engine/transaction/layer.hpp"
#include "sim/credentials.hpp"
#include "sim/dialog.hpp"
#include "sim/node.hpp"

namespace cord::sim {

namespace tx = engine::transaction;

/// How a phone takes calls.
struct Manner {
    enum class Answer { accept, busy, ignore };
    Answer answer = Answer::accept;
    base::Duration ring = std::chrono::seconds(2);
    base::Duration talk = std::chrono::seconds(20); ///< Then it hangs up.
};

/// How a phone makes a call.
struct Attempt {
    base::Duration patience = std::chrono::seconds(60); ///< Then it sends CANCEL.
    base::Duration talk = std::chrono::seconds(10);     ///< Then it hangs up.
};

struct Call {
    enum class State { inviting, ringing, accepted, established, ending, ended };
    bool outgoing = false;
    std::string call_id;
    State state = State::inviting;
    int code = 0; ///< The final status, as sent or received; 408 when there was none.
    bool cancelled = false;
    bool acknowledged = true; ///< Callee: false when the ACK of its 2xx never came.
    Dialog dialog;

    // Of the caller.
    tx::Id client = tx::Id::none;
    std::string target;
    std::string from;
    std::uint32_t cseq = 0;
    std::string invite; ///< As it was sent last; the callee's as it came.
    bool provisional = false;
    std::string ack; ///< Sent for each 2xx of the dialog.
    Attempt attempt;

    // Of the callee.
    tx::Id server = tx::Id::none;
    std::string ok; ///< The 2xx, sent until its ACK comes.

    [[nodiscard]] bool over() const { return state == State::ended; }
};

class Phone final : public Node {
  public:
    struct Place {
        std::string user;
        std::string domain;
        std::string password;
        base::Endpoint address;
        base::Endpoint next_hop; ///< The proxy, or another phone.
        tx::Transport transport = tx::Transport::udp;
        std::uint64_t connection = 0; ///< Of a stream to the next hop.
    };
    Phone(Place place, Manner manner, base::Random &random)
        : place_(std::move(place)), manner_(manner), random_(random) {}

    void register_now(base::Now now);
    /// Goes on with a new connection to the next hop.
    void reconnect(std::uint64_t connection, base::Now now);
    /// It loses power: its calls and all that it was about to do are gone. Then it comes up again.
    void crash();
    void call(const std::string &target, Attempt attempt, base::Now now);

    [[nodiscard]] const std::string &user() const { return place_.user; }
    [[nodiscard]] int registered() const {
        return registered_;
    } ///< The final status of REGISTER; 0: none yet.
    [[nodiscard]] const std::vector<std::unique_ptr<Call>> &calls() const { return calls_; }
    [[nodiscard]] std::size_t transactions() const { return layer_.size(); }

    [[nodiscard]] base::Endpoint address() const override { return place_.address; }
    void on_packet(const Packet &packet, base::Now now) override;
    void on_timer(base::Now now) override;
    void on_closed(std::uint64_t, base::Now) override {}
    [[nodiscard]] base::Time next_deadline() const override;
    [[nodiscard]] std::vector<Packet> take_packets() override { return std::exchange(packets_, {}); }

  private:
    using Message = wire::sip::Message;

    // phone.cpp: the wire, and what comes over it.
    [[nodiscard]] tx::Flow flow() const;
    [[nodiscard]] std::string new_via(std::string &branch);
    [[nodiscard]] std::string contact() const;
    void send_plain(std::string bytes);
    void after(base::Duration delay, base::Now now, std::function<void(base::Now)> what);
    void drain(base::Now now);
    void on_request(const Message &request, base::Now now);
    void on_client(tx::Id id, int code, const Message *response, base::Now now);
    [[nodiscard]] Call *find(std::string_view call_id);

    void send_register(const Credentials &credentials, base::Now now);

    // caller.cpp
    void send_invite(Call &call, const Credentials &credentials, base::Now now);
    void on_invite_response(Call &call, const Message &response, base::Now now);
    void on_answer(Call &call, const Message &ok, base::Now now);
    void give_up(Call &call, base::Now now);
    void send_cancel(Call &call, base::Now now);
    void hang_up(Call &call, base::Now now);
    void send_bye(Call &call, const Credentials &credentials, base::Now now);

    // callee.cpp
    void on_invite(const Message &invite, tx::Id server, base::Now now);
    void accept(Call &call, const Message &invite, base::Now now);
    void repeat_ok(Call &call, base::Duration interval, base::Time until, base::Now now);
    void on_cancel(const Message &cancel, const tx::Received &received, base::Now now);
    void on_ack(const Message &ack, base::Now now);
    void on_bye(const Message &bye, tx::Id server, base::Now now);
    void respond(tx::Id server, const Message &request, std::uint16_t code, base::Now now);

    Place place_;
    Manner manner_;
    base::Random &random_;
    tx::Layer layer_;
    std::vector<Packet> packets_;
    std::multimap<base::Time, std::function<void(base::Now)>> alarms_;
    std::vector<std::unique_ptr<Call>> calls_;
    std::map<tx::Id, std::function<void(int code, const Message *response, base::Now)>> clients_;
    std::string tag_;
    std::string register_call_id_;
    std::string register_from_;
    std::uint32_t register_cseq_ = 0;
    int registered_ = 0;
};

} // namespace cord::sim
