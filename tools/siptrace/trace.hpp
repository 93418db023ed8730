// A whole trace read into calls, and what went wrong on the way told.
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include "engine/trace/calls.hpp"
#include "io/capture/feed.hpp"

namespace cord::siptrace {

/// Reads to the end, or until `visit` returns false; tells what was left out, and why it ended where it did,
/// on stderr. Gives the exit code.
int for_each(const std::string &in, bool follow,
             const std::function<bool(const io::capture::Feed::Found &)> &visit);

/// Reads everything; what was read before an error is in `calls`.
int read_all(const std::string &in, engine::trace::Calls &calls);

/// All of a small file, "-" being stdin; gives the exit code. A SIP message longer than any is cut.
int read_file(const std::string &in, std::string &bytes);

/// Standard output or a file, with errors noticed.
class Output {
  public:
    /// "-" or nothing is stdout.
    explicit Output(const std::string &path);
    ~Output();
    Output(const Output &) = delete;
    Output &operator=(const Output &) = delete;

    /// False once nobody reads any more, or nothing more can be written.
    bool write(std::string_view bytes);
    void flush();
    /// The exit code: `code` if all went well. A reader that has left is no error.
    [[nodiscard]] int close(int code);

  private:
    std::string path_;
    std::FILE *file_;
    int error_ = 0; // errno
    bool created_ = true;
};

} // namespace cord::siptrace
