#include "trace.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/say.hpp"

namespace cord::siptrace {

using engine::trace::layer::Protocol;
using io::capture::Feed;
using io::capture::InputError;

static int refuse(const InputError &error) {
    io::cli::say("siptrace", error.text);
    return error.kind == InputError::Kind::unreadable ? io::cli::io_error : io::cli::bad_data;
}

/// Unless -q.
static void warn(const std::string &words) {
    if (base::log::enabled(base::log::Level::warning))
        io::cli::say("siptrace", words);
}

static void tell_left_out(const Feed &feed) {
    const auto tell = [](const char *what, std::uint64_t n) {
        if (n > 0)
            warn(fmt::format("left out: {}: {}", what, n));
    };
    if (feed.input().cut_short())
        warn("the trace ends in the middle of a packet");
    const auto &counts = feed.decoder().counts();
    tell("lines that are not of a trace", feed.input().skipped());
    tell("packets of a link type that is not understood", counts.of(Protocol::unknown_link));
    tell("gaps in TCP connections", feed.decoder().connections().gaps);
    const auto fragments = feed.decoder().fragments();
    tell("IP datagrams that lack fragments", fragments.headless + fragments.incomplete + fragments.unusable);
    base::log::debug("trace", "{} packets, {} SIP messages, {} packets without IP, {} cut short",
                     counts.packets, counts.sip, counts.of(Protocol::nothing), counts.cut);
}

int for_each(const std::string &in, bool follow, Trace &trace, const Visit &visit, const AtEnd &at_end) {
    if (in == "-" && isatty(STDIN_FILENO) != 0) {
        io::cli::say("siptrace", "name a trace, or pipe one in");
        return io::cli::wrong_usage;
    }
    auto opened = Feed::open(in, follow);
    if (!opened)
        return refuse(opened.error());
    Feed &feed = trace.feed.emplace(*std::move(opened));
    if (std::string lines; !trace.key_log.empty()) {
        if (const int failed = read_file(trace.key_log, lines, base::limits::trace_key_log); failed != 0)
            return failed;
        feed.add_secrets(lines);
    }
    for (bool empty = true;; empty = false) {
        const auto found = feed.next();
        if (!found) {
            at_end ? at_end(feed) : tell_left_out(feed);
            return refuse(found.error());
        }
        if (!*found && empty && feed.input().skipped() > 0)
            return refuse({InputError::Kind::damaged,
                           (in == "-" ? "stdin" : in) + ": none of its lines is of a trace"});
        if (!*found)
            break;
        if (!visit(**found))
            return io::cli::done;
    }
    at_end ? at_end(feed) : tell_left_out(feed);
    return io::cli::done;
}

int read_all(const std::string &in, Trace &trace) {
    auto &calls = trace.calls;
    const int code = for_each(in, false, trace, [&](const Feed::Found &found) {
        if (const auto *record = std::get_if<engine::trace::SipRecord>(&found))
            (void)calls.add(*record);
        else
            (void)calls.add(std::get<engine::trace::Datagram>(found));
        return true;
    });
    if (calls.forgotten() > 0)
        warn(fmt::format("the first {} calls had to be forgotten (--memory)", calls.forgotten()));
    return code;
}

int read_file(const std::string &in, std::string &bytes, std::size_t most) {
    std::FILE *file = in == "-" ? stdin : std::fopen(in.c_str(), "rb");
    if (file != nullptr) {
        std::size_t n = 0;
        do {
            bytes.resize(bytes.size() + std::min<std::size_t>(most - bytes.size(), 1 << 16));
            n += std::fread(&bytes[n], 1, bytes.size() - n, file);
        } while (n == bytes.size() && n < most);
        bytes.resize(n);
    }
    const bool failed = file == nullptr || std::ferror(file) != 0;
    if (failed)
        io::cli::say("siptrace", "{}: {}", in, std::strerror(errno));
    if (file != nullptr && file != stdin)
        (void)std::fclose(file);
    return failed ? io::cli::io_error : io::cli::done;
}

Output::Output(const std::string &path) : path_(path), file_(stdout) {
    if (path.empty() || path == "-")
        return;
    file_ = std::fopen(path.c_str(), "wb");
    if (file_ == nullptr) {
        error_ = errno;
        created_ = false;
    }
}

Output::~Output() {
    if (file_ != nullptr && file_ != stdout)
        (void)std::fclose(file_);
}

bool Output::write(std::string_view bytes) {
    if (error_ == 0 && std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
        error_ = errno;
    return error_ == 0;
}

void Output::flush() {
    if (error_ == 0 && std::fflush(file_) != 0)
        error_ = errno;
}

int Output::close(int code) {
    flush();
    if (error_ == 0 || error_ == EPIPE)
        return code;
    io::cli::say("siptrace", "{}: {}", path_.empty() || path_ == "-" ? "stdout" : path_,
                 std::strerror(error_));
    return created_ ? io::cli::io_error : io::cli::cannot_create;
}

} // namespace cord::siptrace
