// Methods by name, and JSON-RPC 2.0 without sockets: a request in, its answer out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace cord::io::rpc {

/// JSON-RPC 2.0 section 5.1. Methods may refuse with codes of their own: Kamailio's are SIP's, as 404.
inline constexpr int parse_error = -32700, invalid_request = -32600, method_not_found = -32601,
                     invalid_params = -32602;

struct Refusal {
    int code = 0;
    std::string message;
};

/// A method's result as JSON text.
using Answer = base::Result<std::string, Refusal>;

[[nodiscard]] inline tl::unexpected<Refusal> refuse(int code, std::string message) {
    return tl::unexpected<Refusal>(Refusal{code, std::move(message)});
}

/// The parameters of a call, by place or by name. A string comes without quotes, anything else as its JSON
/// text.
struct Params {
    std::vector<std::string> items;
    std::map<std::string, std::string> named;

    /// By place, or by name where the caller gave names.
    [[nodiscard]] std::optional<std::string> find(std::size_t place, const std::string &name) const;
};

class Methods {
  public:
    using Method = std::function<Answer(const Params &)>;

    /// Knows `system.listMethods` from the start.
    Methods();
    Methods(const Methods &) = delete;
    Methods &operator=(const Methods &) = delete;
    void add(std::string name, Method method) { methods_[std::move(name)] = std::move(method); }

    /// One call, whatever carries it. A method that is not there is refused with `method_not_found`.
    [[nodiscard]] Answer call(const std::string &name, const Params &params) const;
    /// One JSON-RPC request, or a batch of them (section 6). Empty when nothing is to be answered:
    /// notifications have no id.
    [[nodiscard]] std::string answer(std::string_view line) const;

  private:
    std::map<std::string, Method> methods_;
};

/// The error object for a line that cannot be a request.
[[nodiscard]] std::string error_line(int code, std::string_view message);

} // namespace cord::io::rpc
