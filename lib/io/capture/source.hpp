// A file as a window of bytes: mapped when it is a plain file that does not grow, else read and kept in a
// buffer; inflated on the way when it is gzip.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "io/capture/input.hpp"

namespace cord::io::capture {

class Input::Source {
  public:
    static Result<std::unique_ptr<Source>> open(const std::string &path, bool follow);
    Source(const Source &) = delete;
    Source &operator=(const Source &) = delete;
    ~Source();

    [[nodiscard]] const std::string &name() const { return name_; }
    [[nodiscard]] base::Bytes window() const { return window_; }
    void consume(std::size_t n) {
        window_ = window_.subspan(n);
        release();
    }
    /// Whether the bytes of the window stay where they are.
    [[nodiscard]] bool lasting() const { return mapping_.data() != nullptr; }
    /// Makes the window longer; false at the end.
    [[nodiscard]] Result<bool> more();
    /// What comes is gzip; the window begins with its first bytes.
    void inflate_from_here();
    /// At the end: whether something that has begun is not whole.
    [[nodiscard]] bool cut_short() const;
    /// Puts a byte behind the last one: the line end that a last line may lack.
    void append(std::uint8_t byte);

  private:
    class Inflater;
    Source(std::string name, int fd, bool follow);
    [[nodiscard]] InputError error(InputError::Kind kind, const char *what) const;
    [[nodiscard]] bool map();
    /// Appends what the file has to `to`; 0 bytes at the end.
    [[nodiscard]] Result<std::size_t> read_into(std::vector<std::uint8_t> &to);
    [[nodiscard]] Result<bool> inflate_more();
    void keep_window();
    void release();
    void unmap();

    std::string name_;
    int fd_;
    bool follow_;
    bool regular_ = false;
    base::MutableBytes mapping_;
    std::size_t released_ = 0; // of the mapping, from its begin
    std::vector<std::uint8_t> buffer_;
    base::Bytes window_;
    std::unique_ptr<Inflater> inflater_;
};

} // namespace cord::io::capture
