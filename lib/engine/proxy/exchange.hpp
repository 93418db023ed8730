// One request on its way through the proxy, and what became of it: the response context of RFC 3261
// section 16.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "engine/digest/credentials.hpp"
#include "engine/locate/binding.hpp"
#include "engine/proxy/bridge.hpp"
#include "engine/proxy/core.hpp"
#include "engine/registrar/registrar.hpp"
#include "engine/transaction/flow.hpp"
#include "engine/transaction/layer.hpp"
#include "wire/sip/message.hpp"
#include "wire/sip/name_addr.hpp"

namespace cord::engine::proxy {

/// Where a request is sent: one element of the target set of RFC 3261 section 16.5.
struct Target {
    std::string uri;
    transaction::Flow flow;
    std::vector<std::string> route; ///< Routes to write above those that are left: a registered Path.
    std::string aor;
    std::string slot;
    std::string trunk; ///< Its name, of a trunk.
    MediaKind kind = MediaKind::plain;
    int q = locate::no_q;
    /// Of a place beyond our clients. Its addresses are asked for when the branch starts.
    std::optional<resolve::Destination> destination;
    std::vector<NextHop> hops;       ///< Its addresses that are left after that of `flow`.
    std::vector<Target> other_flows; ///< To the same client, should this one fail.
    std::string diversion;           ///< A value of Diversion to add (RFC 5806), or empty.
};

/// The request as it stands inside a call.
struct InDialog {
    std::uint64_t call = 0;
    std::uint32_t branch = 0;
    std::string callee_tag;
    bool from_caller = true;
};

struct Branch {
    enum class State { locating, waiting_for_breaker, calling, proceeding, done };

    Target target;
    State state = State::calling;
    std::uint32_t call_branch = 0; ///< Its place in Call::branches.
    std::uint32_t breadth = 1;     ///< Its share of Exchange::breadth (RFC 5393).
    std::string key;               ///< The branch parameter of our Via.
    /// What answers the challenge of a trunk: a header field, without value when there was none.
    std::pair<wire::sip::HeaderId, std::string> credentials;
    std::uint32_t cseq_shift = 0; ///< How much higher than the caller's its CSeq is.
    transaction::Id client = transaction::Id::none;
    bool cancelled = false;
    std::string cancel_reason; ///< What its CANCEL says in Reason.
    bool timed_out = false;    ///< It was cancelled for ringing too long.
    bool asking = false;       ///< The breaker is asked about the first of `held`.
    /// The final response that is not a 2xx; none of a redirection that was followed.
    std::optional<wire::sip::Message> final;
    std::optional<std::string> sdp;    ///< What went out in the place of its body.
    std::size_t silent_breakers = 0;   ///< Asked to begin its media, without an answer.
    bool local_final = false;          ///< It is our own, so a 503 in it speaks for us.
    base::Time ring_end = base::never; ///< When it has rung long enough.
    base::Time deadline = base::never; ///< The same, or timer C if that is sooner.
    base::Time alarm = base::never;    ///< When that is looked at next; not moved by every response.
    std::vector<wire::sip::Message>
        held; ///< Responses whose turn comes after the breaker's answer to the first.
    /// SDP that was put in place of the callee's, by To tag: what was answered once stays the same.
    std::map<std::string, std::string> translated;
};

struct Exchange {
    enum class State { processing, waiting, forwarding, answered };

    /// Of a request that wire::sip::validate found good.
    explicit Exchange(wire::sip::Message r);

    [[nodiscard]] bool is_invite() const { return request.method() == wire::sip::Method::invite; }
    /// The same request as it should have been: with another Request-URI or Route.
    void replace_request(wire::sip::Message r);
    /// Whether the server itself is meant: a domain of ours without a user, and no Route that leads on.
    [[nodiscard]] bool is_for_server() const { return domain && uri.user.empty() && !next_hop; }

    std::uint64_t id = 0;
    wire::sip::Message request;
    wire::sip::Uri uri; ///< The Request-URI; of no scheme when it cannot be read.
    wire::sip::NameAddr from;
    wire::sip::NameAddr to;
    std::uint32_t cseq;
    transaction::Flow flow;
    transaction::Id server = transaction::Id::none; ///< None for an ACK.
    std::size_t live = 0;                           ///< Transactions of this exchange that are not over.
    State state = State::processing;
    std::size_t step = 0;                           ///< The processor in charge.
    std::optional<digest::Credentials> credentials; ///< While the user's password is asked for.
    std::optional<UserAnswer> user;
    bool asked_for_callee = false;                ///< `user` is the one called, not the sender.
    std::optional<registrar::Outcome> registered; ///< Of a REGISTER, while it is written.
    bool stored = false;                          ///< Its rows are on disk.

    std::string_view why;              ///< Of a refusal, where the response does not say it; lives on.
    std::string loop_mark;             ///< What our Via's branch says of the request.
    std::optional<std::string> domain; ///< That of the Request-URI, when it is ours.
    std::string sender;                ///< "user@domain" that the request claims to come from, when ours.
    std::string authenticated;         ///< The same, once proved.
    bool trusted = false;              ///< It comes from an address that needs no password.
    bool vouched_for = false;          ///< The server of From's domain has sent it.
    bool from_trunk = false;
    bool dials_out = false; ///< It goes to a trunk.
    std::optional<InDialog> in_dialog;
    bool authorized = false;    ///< By the call it belongs to and the flow it came on.
    std::size_t own_routes = 0; ///< Routes at the top that name us.
    bool drop_foreign_routes = false;
    std::string client;                           ///< By its token, of a request from the upstream server.
    bool to_upstream = false;                     ///< It goes to the upstream server.
    std::optional<resolve::Destination> next_hop; ///< Where it leaves our domains.

    std::optional<bool> absorbed; ///< An INFO, into RTP: the breaker's word.

    std::string sleeper;                     ///< The address of record that was asked to wake.
    std::optional<base::Time> wake_deadline; ///< Until when it is waited for.

    std::uint64_t call = 0;
    MediaKind kind = MediaKind::plain; ///< What the sender speaks.
    /// The caller takes the SDP of a provisional response for the answer, and several branches may send one:
    /// the caller gets none before a 2xx.
    bool hides_early_media = false;
    std::uint32_t breadth = 0;   ///< How many branches there may be at a time, further down included.
    std::vector<Target> targets; ///< Not yet tried.
    std::deque<Branch> branches; ///< A deque: the next group joins while an earlier branch is at work.
    bool cancelled = false;
    bool diverted = false; ///< To a mailbox.
};

} // namespace cord::engine::proxy
