// What all commands of sipctl share: options, the database, the daemon's control socket, and how users are
// named.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/cli/app.hpp"
#include "io/cli/table.hpp"
#include "io/db/database.hpp"
#include "io/db/option.hpp"
#include "io/rpc/client.hpp"

namespace cord::tools::sipctl {

/// How a command ended early: what main returns. The reason has been told.
struct Ended {
    int code;
};
template <class T>
using Outcome = base::Result<T, Ended>;

struct Aor {
    std::string name, domain;

    [[nodiscard]] std::string text() const { return name + "@" + domain; }
};

class Context {
  public:
    explicit Context(io::cli::App &app);

    /// "sipctl: why" on stderr; `return context.refuse(code, why);`
    [[nodiscard]] tl::unexpected<Ended> refuse(int code, const std::string &why) const;
    [[nodiscard]] tl::unexpected<Ended> refuse(const io::db::Failure &failure) const;
    [[nodiscard]] tl::unexpected<Ended> refuse(const io::rpc::Refusal &refusal) const;
    /// Words for people; not with -q.
    void say(const std::string &words) const;

    [[nodiscard]] Outcome<io::db::Database> open_database() const;
    /// `user@domain`, `sip:user@domain`, or a bare user of --domain or of the only domain there is.
    [[nodiscard]] Outcome<Aor> aor_of(io::db::Database &database, std::string text) const;

    /// The path of a socket: a name without slash is one of the run directory.
    [[nodiscard]] std::string socket_path(const std::string &name) const;
    [[nodiscard]] base::Result<io::rpc::Client, io::rpc::Refusal> connect() const;
    /// Tells a running proxy; silently nothing when none runs. `aor` and whether it is gone.
    void tell_of_user(const Aor &aor, bool removed) const;
    /// The same of any other table.
    void tell_of_tables() const;

    [[nodiscard]] io::cli::Table table(std::vector<io::cli::Column> columns) const;
    void declare_json(io::cli::Command &command);
    [[nodiscard]] bool json() const { return json_; }

  private:
    using Calls = std::vector<std::pair<const char *, std::vector<std::string>>>;
    void tell(const Calls &calls) const;

    io::cli::App &app_;
    io::db::DatabaseOption database_;
    std::string domain_;
    std::string control_;
    bool json_ = false;
};

} // namespace cord::tools::sipctl
