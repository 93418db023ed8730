// A child process on the other end of a socket pair: started with nothing else of ours open, ended with us.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.hpp"

namespace cord::io::process {

/// One running child, with a socket pair whose other end is `fd()`, non-blocking. Killed and reaped when this
/// is destroyed, and by the kernel when the thread that spawned it ends: so spawn from a thread that lives as
/// long as the child should.
class Child {
  public:
    enum class Pipes {
        packets,  ///< Its standard input is a SOCK_SEQPACKET; it keeps our standard output and error.
        standard, ///< Its standard input and output are one SOCK_STREAM; it keeps our standard error.
    };
    /// `third`, where there is one, is its descriptor 3.
    [[nodiscard]] static base::Result<Child> spawn(const std::string &program,
                                                   const std::vector<std::string> &arguments,
                                                   Pipes pipes = Pipes::packets, int third = -1);
    Child(Child &&other) noexcept;
    Child &operator=(Child &&other) noexcept;
    ~Child();

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    Child(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
    void end();

    pid_t pid_ = -1;
    int fd_ = -1;
};

/// Where the tool of this name is: beside our own executable, in the neighbouring folder of a build tree,
/// else on PATH; empty when nowhere.
[[nodiscard]] std::string find_tool(const std::string &name);

} // namespace cord::io::process
