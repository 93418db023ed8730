// All transactions of one element: finds the one a message belongs to, keeps what is sent again, and runs the
// deadlines.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/limits.hpp"
#include "base/time.hpp"
#include "engine/transaction/flow.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::transaction {

/// Names a transaction for as long as it lives, and never another one after it.
enum class Id : std::uint64_t { none = 0 };

/// Bytes for a flow. When they cannot be handed over, say so with Layer::on_failure(id).
struct Send {
    Flow flow;
    std::string bytes;
    Id id = Id::none;
};
/// A client transaction received a response that the TU is to see.
struct Response {
    Id id;
    wire::sip::Message message;
};
/// Nobody answered in time: a client transaction got no final response (RFC 3261 section 8.1.3.1: treat it as
/// 408), or an INVITE server transaction no ACK for its failure.
struct Timeout {
    Id id;
};
/// The transport failed (RFC 3261 section 8.1.3.1: treat it as 503).
struct Failure {
    Id id;
};
/// The transaction is over, and its Id is free.
struct Terminated {
    Id id;
};
using Output = std::variant<Send, Response, Timeout, Failure, Terminated>;

/// What to do about a request that came.
struct Received {
    enum class Kind {
        request,  ///< New: `id` is its server transaction, which wants a final response.
        ack,      ///< An ACK of no failure: it belongs to a 2xx, and goes end to end without a transaction.
        refused,  ///< New, but there are too many already: answer 503 without a transaction.
        absorbed, ///< Dealt with: a request sent again, or the ACK of a failure.
    };
    Kind kind;
    Id id = Id::none;
    /// For a new CANCEL: the INVITE server transaction that it speaks of (RFC 3261 section 9.2), none when
    /// there is none.
    Id cancelled = Id::none;
};

/// After each input, act on all of take_output(), then arrange on_timer at next_deadline(). Requests are
/// given as the transport hands them on, with the source in the top Via (wire/sip/received.hpp), found valid
/// (wire/sip/validate.hpp).
class Layer {
  public:
    /// New requests are refused while there are `most` transactions.
    explicit Layer(std::size_t most = base::limits::transactions);
    ~Layer();
    Layer(Layer &&) noexcept;
    Layer &operator=(Layer &&) noexcept;

    /// A request came over a flow; its responses go back there.
    [[nodiscard]] Received on_request(const wire::sip::Message &request, const Flow &flow, base::Time now);
    /// Sends a response in a server transaction. One that the transaction's state does not allow any more is
    /// discarded.
    void respond(Id id, int code, std::string bytes, base::Time now);
    /// Ends a server transaction that is to get no final response (RFC 4320 section 4.2).
    void abandon(Id id);

    /// Sends a request in a new client transaction. Branch and method are those of its top Via and CSeq; an
    /// ACK of a 2xx is no transaction and does not belong here.
    Id send(const Flow &flow, std::string request, std::string_view branch, std::string_view method,
            base::Time now);
    /// Sends the CANCEL of an INVITE, which then has 64*T1 to end (RFC 3261 section 9.1). `reason` is the
    /// value of a Reason header (RFC 3326), or empty. An INVITE that got no provisional response yet, or has
    /// its final one, is not cancelled.
    void cancel(Id invite, std::string_view reason, base::Time now);
    /// A response came. False: it belongs to no transaction, and RFC 6026 section 7.3 says to drop it.
    bool on_response(const wire::sip::Message &response, base::Time now);

    /// A Send of this transaction could not be handed over. Ids of transactions that are gone do no harm.
    void on_failure(Id id, base::Time now);
    void on_timer(base::Time now);

    [[nodiscard]] base::Time next_deadline() const;
    [[nodiscard]] std::vector<Output> take_output();
    [[nodiscard]] std::size_t size() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace cord::engine::transaction
