#include "engine/transaction/in_transaction.hpp"

#include "wire/sip/builder.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::transaction {
namespace {

using namespace wire::sip;

// "The ACK MUST contain a single Via header field, and this MUST be equal to the top Via header field of the
// original request." "If the INVITE request whose response is being acknowledged had Route header fields,
// those header fields MUST appear in the ACK." Section 9.1 says the same of CANCEL.
Builder same_hop(const Message &request, Method method) {
    Builder out = Builder::request(name(method), request.request_uri());
    if (const auto via = request.first_value(HeaderId::via))
        out.add(HeaderId::via, via->text);
    for (const Value &route : request.values(HeaderId::route))
        out.add(HeaderId::route, route.text);
    out.add(HeaderId::max_forwards, "70");
    return out;
}

void add_copy(Builder &out, const Message &from, HeaderId id) {
    if (const auto value = from.header(id))
        out.add(id, *value);
}

// "The CSeq header field in the ACK MUST contain the same value for the sequence number as was present in the
// original request, but the method parameter MUST be equal to "ACK"."
void add_cseq(Builder &out, const Message &request, Method method) {
    const auto sequence = cseq(request);
    out.add(HeaderId::cseq,
            std::to_string(sequence ? sequence->number : 0) + ' ' + std::string(name(method)));
}

} // namespace

std::string make_ack(const Message &invite, const Message &response) {
    Builder out = same_hop(invite, Method::ack);
    add_copy(out, invite, HeaderId::from);
    // "The To header field in the ACK MUST equal the To header field in the response being acknowledged".
    add_copy(out, response, HeaderId::to);
    add_copy(out, invite, HeaderId::call_id);
    add_cseq(out, invite, Method::ack);
    return out.finish();
}

std::string make_cancel(const Message &request, std::string_view reason) {
    Builder out = same_hop(request, Method::cancel);
    // "The Request-URI, Call-ID, To, the numeric part of CSeq, and From header fields in the CANCEL request
    // MUST be identical to those in the request being cancelled, including tags."
    add_copy(out, request, HeaderId::from);
    add_copy(out, request, HeaderId::to);
    add_copy(out, request, HeaderId::call_id);
    add_cseq(out, request, Method::cancel);
    if (!reason.empty())
        out.add(HeaderId::reason, reason);
    return out.finish();
}

} // namespace cord::engine::transaction
