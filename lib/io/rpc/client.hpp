// The other end of a control socket, for tools: calls that wait for their answer.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "io/net/fd.hpp"
#include "io/rpc/methods.hpp"

namespace cord::io::rpc {

/// Codes of Refusal for what is not the daemon's answer.
inline constexpr int unreachable = 1, bad_answer = 2;

class Client {
  public:
    /// Refused with `unreachable` when no daemon is there.
    [[nodiscard]] static base::Result<Client, Refusal> connect(const std::string &path);

    /// `params` are JSON values; the result is JSON text, or the daemon's refusal.
    [[nodiscard]] Answer call(const std::string &method, const std::vector<std::string> &params,
                              std::chrono::milliseconds patience = std::chrono::seconds(10));

  private:
    Client(net::Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
    [[nodiscard]] Answer read_line(std::chrono::steady_clock::time_point deadline);

    net::Fd fd_;
    std::string path_;
    std::string in_;
    int last_id_ = 0;
};

} // namespace cord::io::rpc
