// What every subcommand of siptrace is asked: which trace, and which of its calls and messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "engine/trace/calls.hpp"
#include "io/cli/app.hpp"

namespace cord::siptrace {

/// What IN may be.
inline constexpr const char *input_words =
    "pcap, pcapng or NDJSON trace, gzip of these; - is stdin (default)";
inline constexpr const char *key_log_words = "Secrets of TLS sessions, as SSLKEYLOGFILE has them";

struct Query {
    std::string in = "-";
    std::int64_t call = 0; ///< 0: each.
    std::string call_id;
    std::string from;
    std::string to;
    std::string method;
    std::string host;
    std::string key_log;
    std::int64_t memory = base::limits::trace_bytes >> 20; ///< MiB.

    /// Adds IN and the options that choose.
    void declare(io::cli::Command &command);
    /// Wanted before any other call. Another code than 0 ends the program: the words about it are told.
    [[nodiscard]] int understand(const io::cli::App &app);

    [[nodiscard]] std::size_t memory_bytes() const { return static_cast<std::size_t>(memory) << 20; }

    struct Chosen {
        std::size_t n; ///< In the list of `siptrace calls`.
        const engine::trace::Call *call;
    };
    /// Of a trace read to its end.
    [[nodiscard]] std::vector<Chosen> choose(const engine::trace::Calls &calls) const;

    /// The call as a whole, by Call-ID, caller and callee.
    [[nodiscard]] bool matches(const engine::trace::Call &call) const;
    /// One message, by method and host.
    [[nodiscard]] bool matches(const engine::trace::Entry &entry) const;
    /// What a command ends with that would have ended with `code`: who names a call and gets nothing is told
    /// that there is no such call.
    [[nodiscard]] int verdict(bool found, int code) const;

  private:
    std::optional<base::IpAddress> address_; ///< Of `host`, as the next.
    std::optional<std::uint16_t> port_;
};

} // namespace cord::siptrace
