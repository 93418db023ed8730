#include "io/cli/terminal.hpp"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

namespace cord::io::cli {
namespace {

/// The terminal without echo, for as long as it lives.
class Silence {
  public:
    explicit Silence(int fd) : fd_(fd), known_(::tcgetattr(fd, &before_) == 0) {
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (known_)
            ::tcsetattr(fd_, TCSAFLUSH, &quiet);
    }
    ~Silence() {
        if (known_)
            ::tcsetattr(fd_, TCSAFLUSH, &before_);
    }
    Silence(const Silence &) = delete;
    Silence &operator=(const Silence &) = delete;

  private:
    int fd_;
    termios before_{};
    bool known_;
};

} // namespace

std::optional<std::string> ask_secret(const std::string &prompt) {
    std::unique_ptr<std::FILE, int (*)(std::FILE *)> terminal(std::fopen("/dev/tty", "r+"), &std::fclose);
    if (!terminal)
        return std::nullopt;
    std::string typed;
    int c;
    {
        // Silent before it asks: what is typed at once must neither show nor be flushed away.
        Silence silence(::fileno(terminal.get()));
        std::fputs(prompt.c_str(), terminal.get());
        std::fflush(terminal.get());
        while ((c = std::fgetc(terminal.get())) != EOF && c != '\n')
            typed += static_cast<char>(c);
    }
    std::fputs("\n", terminal.get());
    return c == EOF ? std::nullopt : std::optional(typed);
}

} // namespace cord::io::cli
