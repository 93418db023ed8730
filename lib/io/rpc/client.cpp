#include "io/rpc/client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/net/unix_socket.hpp"
#include "io/rpc/json_text.hpp"

namespace cord::io::rpc {
namespace {

using nlohmann::json;

/// A daemon's answer is its own; what could be endless is a stranger at the socket.
constexpr std::size_t answer_limit = 256u << 20;

Answer read_answer(const std::string &line, int id) {
    const json answer = json::parse(line, nullptr, false);
    if (!answer.is_object() || answer.value("id", json()) != json(id))
        return refuse(bad_answer, "the daemon's answer is no JSON-RPC");
    auto error = answer.find("error");
    if (error != answer.end() && error->is_object())
        return refuse(error->value("code", bad_answer), error->value("message", "refused"));
    auto result = answer.find("result");
    return result == answer.end() ? std::string("null") : result->dump();
}

} // namespace

base::Result<Client, Refusal> Client::connect(const std::string &path) {
    auto fd = net::connect_unix(path);
    if (!fd)
        return refuse(unreachable, fmt::format("no daemon answers at {}", fd.error().text));
    return Client(std::move(*fd), path);
}

Answer Client::call(const std::string &method, const std::vector<std::string> &params,
                    std::chrono::milliseconds patience) {
    auto deadline = std::chrono::steady_clock::now() + patience;
    std::string line = fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":{},"params":[{}]}})", ++last_id_,
                                   json_string(method), fmt::join(params, ","));
    line += '\n';
    for (std::size_t sent = 0; sent < line.size();) {
        ssize_t n = ::send(fd_.get(), line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return refuse(unreachable, fmt::format("{}: {}", path_, std::strerror(errno)));
        sent += static_cast<std::size_t>(n);
    }
    return read_line(deadline).and_then(
        [&](const std::string &answer) { return read_answer(answer, last_id_); });
}

Answer Client::read_line(std::chrono::steady_clock::time_point deadline) {
    for (;;) {
        if (std::size_t end = in_.find('\n'); end != std::string::npos) {
            std::string line = in_.substr(0, end);
            in_.erase(0, end + 1);
            return line;
        }
        auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline -
                                                                          std::chrono::steady_clock::now());
        pollfd wait{fd_.get(), POLLIN, 0};
        int ready = ::poll(&wait, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
        if (ready == 0)
            return refuse(unreachable, fmt::format("the daemon at {} does not answer", path_));
        char buffer[65'536];
        ssize_t n = ready < 0 ? -1 : ::recv(fd_.get(), buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || in_.size() > answer_limit)
            return refuse(unreachable, fmt::format("the daemon at {} ended the connection", path_));
        in_.append(buffer, static_cast<std::size_t>(n));
    }
}

} // namespace cord::io::rpc
