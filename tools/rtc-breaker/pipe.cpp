#include "pipe.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/seldom.hpp"
#include "base/text.hpp"
#include "engine/ng/envelope.hpp"
#include "io/net/write_queue.hpp"

namespace cord::tools::rtc_breaker {

static constexpr char too_long[] = "ng message is too long";

/// Shared with the answers that are still to come: they may outlive the pipe.
struct Pipe::State : std::enable_shared_from_this<Pipe::State> {
    State(io::net::Loop &loop, int in, int out, bool in_lines, OnMessage m, std::function<void()> e)
        : input(in), output(out), lines(in_lines), on_message(std::move(m)), on_end(std::move(e)),
          reading(loop, in) {
        if (out != in)
            own_writing.emplace(loop, out);
    }

    [[nodiscard]] io::net::Watch &writing() { return own_writing ? *own_writing : reading; }

    void wait() {
        reading.when_readable([this] { read(); });
    }

    void read() {
        constexpr std::size_t piece = 65'536;
        std::array<char, piece> buffer;
        const ssize_t n = ::read(input, buffer.data(), buffer.size());
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return wait();
        auto self = shared_from_this(); // a message may end this pipe
        if (n <= 0) {
            if (lines && !received.empty()) { // the last line may lack its end
                received += '\n';
                cut();
            }
            return end();
        }
        if (broken) { // what is on its way is read, or the system would reset the connection before the
                      // answer is
            discarded += static_cast<std::size_t>(n);
            return discarded > 64 * base::limits::ng_message ? end() : wait();
        }
        received.append(buffer.data(), static_cast<std::size_t>(n));
        cut();
        if (!ended)
            wait();
    }

    /// Hands on every whole message.
    void cut() {
        std::size_t at = 0;
        while (!ended && !broken) {
            while (!skipping && at < received.size() && base::is_space(received[at]))
                ++at;
            const std::string_view rest = std::string_view(received).substr(at);
            const std::size_t used = lines ? take_line(rest) : take_framed(rest);
            if (used == 0)
                break;
            at += used;
        }
        received.erase(0, at);
    }

    /// Where the next message begins behind one that cannot be cut, nobody knows: that is the last.
    std::size_t take_framed(std::string_view rest) {
        auto length = engine::ng::frame(rest);
        if (length && !*length)
            return 0;
        broken = !length;
        const std::size_t used = length ? **length : rest.size();
        give(rest.substr(0, used), length ? "" : length.error().reason);
        return used;
    }

    /// A line a message, but for bencode, whose strings hold line ends and whose length is in it.
    std::size_t take_line(std::string_view rest) {
        const std::size_t end = rest.find('\n');
        const std::size_t whole = end == std::string_view::npos ? 0 : end + 1;
        if (skipping) {
            skipping = whole == 0;
            return whole == 0 ? rest.size() : whole;
        }
        const std::string_view line = rest.substr(0, end);
        const auto opened = engine::ng::open(line);
        auto length = engine::ng::frame(rest);
        if (whole > 0 && (!length || (opened && opened->encoding == engine::ng::Encoding::json))) {
            give(line, "not an ng message");
            return whole;
        }
        if (length && *length) {
            give(rest.substr(0, **length), "");
            return **length;
        }
        if (rest.size() <= base::limits::ng_message)
            return 0;
        give(rest, too_long);
        skipping = true;
        return take_line(rest);
    }

    /// What is no message is counted and answered all the same: who waits for an answer learns why.
    void give(std::string_view message, const char *fault) {
        if (message.size() <= base::limits::ng_message && engine::ng::open(message))
            return on_message(message, {}, [weak = weak_from_this()](std::string answer) {
                if (auto self = weak.lock())
                    self->send(std::move(answer));
            });
        const char *reason = message.size() > base::limits::ng_message ? too_long : fault;
        on_message({}, {}, {});
        if (static base::Seldom complaint; complaint.now())
            base::log::warning("ng", "{}: {}", lines ? "a line on standard input" : "a connection", reason);
        send(engine::ng::refusal(message, reason));
    }

    void send(std::string answer) {
        unsent.push(answer);
        if (lines)
            unsent.push("\n");
        // A client that asks and never reads is not worth the memory.
        if (unsent.size() > 4 * base::limits::ng_message)
            return end();
        write();
    }

    void write() {
        if (!unsent.flush(output))
            return end();
        if (!unsent.empty())
            return writing().when_writable([this] { write(); });
        if (broken)
            ::shutdown(output, SHUT_WR);
    }

    void end() {
        if (!std::exchange(ended, true))
            on_end();
    }

    int input, output;
    bool lines;
    OnMessage on_message;
    std::function<void()> on_end;
    io::net::Watch reading;
    std::optional<io::net::Watch> own_writing;
    std::string received;
    io::net::WriteQueue unsent;
    std::size_t discarded = 0;
    bool skipping = false; ///< To the end of a line that is too long.
    bool broken = false;   ///< Nothing more is taken; what was answered goes out.
    bool ended = false;
};

Pipe::Pipe(io::net::Loop &loop, int in, int out, bool lines, OnMessage on_message,
           std::function<void()> on_end)
    : state_(std::make_shared<State>(loop, in, out, lines, std::move(on_message), std::move(on_end))) {
    state_->wait();
}
Pipe::~Pipe() = default;

} // namespace cord::tools::rtc_breaker
