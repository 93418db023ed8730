// Which stream a codec worker is at work on, in memory that it shares with whoever started it: so that one
// knows whose packet killed it, however it died.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace cord::io::process {

class AtWork {
  public:
    /// For who starts the worker, which gets `fd()` as its `worker_fd`.
    [[nodiscard]] static base::Result<AtWork> make();
    /// In the worker; closes the descriptor.
    [[nodiscard]] static base::Result<AtWork> of_starter();
    static constexpr int worker_fd = 3;

    AtWork(AtWork &&other) noexcept;
    AtWork &operator=(AtWork &&other) noexcept;
    ~AtWork();

    [[nodiscard]] int fd() const { return fd_; }
    /// 0: none.
    void set(std::uint32_t stream);
    [[nodiscard]] std::uint32_t stream() const;

  private:
    AtWork(int fd, std::uint32_t *word) : fd_(fd), word_(word) {}

    int fd_ = -1;
    std::uint32_t *word_ = nullptr;
};

} // namespace cord::io::process
