#include "pipe.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "base/limits.hpp"
#include "engine/ng/envelope.hpp"

namespace cord::tools::rtc_breaker {

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
        if (n <= 0)
            return end();
        received.append(buffer.data(), static_cast<std::size_t>(n));
        auto self = shared_from_this(); // a message may end this pipe
        cut();
        if (!ended && !broken)
            wait();
        else if (!ended && unsent.empty())
            end();
    }

    /// Hands on every whole message.
    void cut() {
        std::size_t at = 0;
        while (!ended && !broken) {
            const std::string_view rest = std::string_view(received).substr(at);
            auto length = engine::ng::frame(rest);
            if (length && !*length)
                break;
            // What cannot be cut is still answered; where the next message begins, only lines tell.
            const std::size_t end = length ? **length : rest.find('\n');
            if (!length && (!lines || end == std::string_view::npos)) {
                if (lines && rest.size() < base::limits::ng_message)
                    break;
                broken = true;
            }
            give(rest.substr(0, end));
            at = length ? at + end : std::min(received.size(), at + end + 1);
        }
        received.erase(0, at);
    }

    void give(std::string_view message) {
        on_message(message, [weak = weak_from_this()](std::string answer) {
            if (auto self = weak.lock())
                self->send(std::move(answer));
        });
    }

    void send(std::string answer) {
        unsent += answer;
        if (lines)
            unsent += '\n';
        // A client that asks and never reads is not worth the memory.
        if (unsent.size() > 4 * base::limits::ng_message)
            return end();
        write();
    }

    void write() {
        while (!unsent.empty()) {
            const ssize_t n = ::write(output, unsent.data(), unsent.size());
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0 && errno == EAGAIN)
                return writing().when_writable([this] { write(); });
            if (n < 0)
                return end();
            unsent.erase(0, static_cast<std::size_t>(n));
        }
        if (broken)
            end();
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
    std::string received, unsent;
    bool broken = false;
    bool ended = false;
};

Pipe::Pipe(io::net::Loop &loop, int in, int out, bool lines, OnMessage on_message,
           std::function<void()> on_end)
    : state_(std::make_shared<State>(loop, in, out, lines, std::move(on_message), std::move(on_end))) {
    state_->wait();
}
Pipe::~Pipe() = default;

} // namespace cord::tools::rtc_breaker
