// Each family of commands declares its own: the variables of its options live in it, until the tool ends.
#pragma once

#include <string>
#include <vector>

#include "context.hpp"
#include "password.hpp"

namespace cord::tools::sipctl {

/// add, rm, passwd, show, list
class UserCommands {
  public:
    UserCommands(io::cli::App &app, Context &context);

  private:
    [[nodiscard]] Outcome<int> add();
    [[nodiscard]] Outcome<int> remove();
    [[nodiscard]] Outcome<int> change_password();
    [[nodiscard]] Outcome<int> show();
    [[nodiscard]] Outcome<int> list();

    Context &context_;
    std::string user_;
    std::vector<std::string> users_;
    std::string pattern_;
    PasswordOptions password_;
    std::string display_name_, email_;
    bool if_not_exists_ = false;
};

/// contacts, online, calls, stats
class LiveCommands {
  public:
    LiveCommands(io::cli::App &app, Context &context);

  private:
    [[nodiscard]] Outcome<int> contacts();
    [[nodiscard]] Outcome<int> online();
    [[nodiscard]] Outcome<int> calls();
    [[nodiscard]] Outcome<int> statistics();

    Context &context_;
    std::string user_;
    std::vector<std::string> names_;
};

/// trust add, rm, list
class TrustCommands {
  public:
    TrustCommands(io::cli::App &app, Context &context);

  private:
    [[nodiscard]] Outcome<io::db::Address> named() const;
    [[nodiscard]] Outcome<int> add();
    [[nodiscard]] Outcome<int> remove();
    [[nodiscard]] Outcome<int> list();

    Context &context_;
    std::string address_, tag_;
    std::int64_t port_ = 0;
};

/// alias add, rm, list
class AliasCommands {
  public:
    AliasCommands(io::cli::App &app, Context &context);

  private:
    [[nodiscard]] Outcome<int> add();
    [[nodiscard]] Outcome<int> remove();
    [[nodiscard]] Outcome<int> list();

    Context &context_;
    std::string name_, user_;
};

/// speeddial add, rm, list
class SpeedDialCommands {
  public:
    SpeedDialCommands(io::cli::App &app, Context &context);

  private:
    [[nodiscard]] Outcome<int> add();
    [[nodiscard]] Outcome<int> remove();
    [[nodiscard]] Outcome<int> list();

    Context &context_;
    std::string user_, number_, uri_;
};

/// group add, rm, list
class GroupCommands {
  public:
    GroupCommands(io::cli::App &app, Context &context);

  private:
    [[nodiscard]] Outcome<io::db::Member> named(io::db::Database &database) const;
    [[nodiscard]] Outcome<int> add();
    [[nodiscard]] Outcome<int> remove();
    [[nodiscard]] Outcome<int> list();

    Context &context_;
    std::string user_, group_;
};

/// Whether a text can name a group.
[[nodiscard]] bool is_group(const std::string &text);

/// trunk add, rm, list
class TrunkCommands {
  public:
    TrunkCommands(io::cli::App &app, Context &context);

  private:
    [[nodiscard]] Outcome<int> add();
    [[nodiscard]] Outcome<int> remove();
    [[nodiscard]] Outcome<int> list();

    Context &context_;
    io::db::Trunk trunk_;
    PasswordOptions password_;
};

/// route add, rm, list
class RouteCommands {
  public:
    RouteCommands(io::cli::App &app, Context &context);

  private:
    [[nodiscard]] Outcome<int> add();
    [[nodiscard]] Outcome<int> remove();
    [[nodiscard]] Outcome<int> list();

    Context &context_;
    io::db::Rule rule_;
};

/// rpc
class RpcCommand {
  public:
    RpcCommand(io::cli::App &app, Context &context);

  private:
    [[nodiscard]] Outcome<int> run();
    [[nodiscard]] int call(io::rpc::Client &daemon, const std::vector<std::string> &words) const;
    [[nodiscard]] int shell(io::rpc::Client &daemon) const;

    Context &context_;
    std::vector<std::string> words_;
    std::string socket_;
};

/// The exit code of an outcome.
[[nodiscard]] inline int code_of(const Outcome<int> &outcome) {
    return outcome ? *outcome : outcome.error().code;
}

} // namespace cord::tools::sipctl
