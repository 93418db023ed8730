#include "engine/transaction/key.hpp"

#include "base/text.hpp"
#include "wire/sip/headers.hpp"

namespace cord::engine::transaction {
namespace {

using namespace wire::sip;

// No part may hold it: branches and methods are tokens, and URIs and addresses have no controls.
constexpr char separator = '\n';

void append(std::string &key, std::string_view part) {
    key += part;
    key += separator;
}

} // namespace

std::string server_key(const Message &request, const Via &top, std::string_view method) {
    if (method.empty())
        method = request.method() == Method::ack ? name(Method::invite) : request.method_name();
    std::string key;
    key.reserve(method.size() + top.text.size());
    append(key, method);
    if (top.has_magic_cookie()) {
        append(key, top.branch());
        append(key, base::lower(top.host));
        append(key, std::to_string(top.port.value_or(0)));
        return key;
    }
    const auto sequence = cseq(request);
    append(key, request.request_uri());
    append(key, request.header(HeaderId::from).value_or(""));
    append(key, request.call_id());
    append(key, std::to_string(sequence ? sequence->number : 0));
    append(key, top.text);
    return key;
}

std::string client_key(std::string_view branch, std::string_view method) {
    std::string key;
    key.reserve(method.size() + branch.size() + 2);
    append(key, method);
    append(key, branch);
    return key;
}

std::optional<std::string> client_key(const Message &response) {
    const auto via = top_via(response);
    const auto sequence = cseq(response);
    if (!via || !sequence)
        return std::nullopt;
    return client_key(via->branch(), sequence->method_name);
}

} // namespace cord::engine::transaction
