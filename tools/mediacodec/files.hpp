// Files and pipes that the subcommands read and write; `-` is stdin and stdout.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "failure.hpp"

namespace cord::mediacodec {

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor &&other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    Descriptor &operator=(Descriptor &&) = delete;
    ~Descriptor();
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

class Input {
  public:
    [[nodiscard]] static Outcome<Input> open(const std::string &path);
    /// What is there, up to 64 KiB, as soon as anything is; empty at the end.
    [[nodiscard]] Outcome<base::Bytes> read();

  private:
    Input(Descriptor fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)), buffer_(65'536) {}
    Descriptor fd_;
    std::string name_;
    std::vector<std::uint8_t> buffer_;
};

/// Bytes gather until `flush`.
class Output {
  public:
    /// Refuses the file that `in` names: opening it would empty it.
    [[nodiscard]] static Outcome<Output> open(const std::string &path, const std::string &in);
    [[nodiscard]] std::vector<std::uint8_t> &pending() { return pending_; }
    [[nodiscard]] Outcome<void> flush();
    /// Writes over the beginning of what was written; only a file can, a pipe stays as it is.
    void rewrite_beginning(base::Bytes bytes);

  private:
    Output(Descriptor fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
    Descriptor fd_;
    std::string name_;
    std::vector<std::uint8_t> pending_;
};

} // namespace cord::mediacodec
