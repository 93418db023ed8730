// A whole trace read into calls, and what went wrong on the way told.
#pragma once

#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "engine/trace/calls.hpp"
#include "io/capture/feed.hpp"

namespace cord::siptrace {

/// A trace that is open, and what was found in it: messages may be views into the file.
struct Trace {
    explicit Trace(std::string key_log_file, std::size_t memory = base::limits::trace_live_bytes)
        : key_log(std::move(key_log_file)), calls(memory) {}

    std::string key_log; ///< A file; empty: none.
    std::optional<io::capture::Feed> feed;
    engine::trace::Calls calls;
};

using Visit = std::function<bool(const io::capture::Feed::Found &)>;
using AtEnd = std::function<void(const io::capture::Feed &)>;

/// Opens and reads to the end, or until `visit` returns false; tells why it ended where it did on stderr, and
/// what was left out, unless `at_end` tells that. Gives the exit code.
int for_each(const std::string &in, bool follow, Trace &trace, const Visit &visit, const AtEnd &at_end = {});

/// Reads everything; what was read before an error is in `calls`.
int read_all(const std::string &in, Trace &trace);

/// At most so much of a file, "-" being stdin; gives the exit code.
int read_file(const std::string &in, std::string &bytes, std::size_t most);

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
