#include "io/process/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/text.hpp"

namespace cord::io::process {

namespace {

struct Inheritance {
    int socket; // 0
    bool also_output;
    int third;  // 3, unless it is -1
    int report; // tells the parent why exec failed, and closes when it does not
};

/// A copy above all that are given out below.
int lift(int fd, int command) { return fcntl(fd, command, 10); }

/// Runs between fork and exec, so it calls async-signal-safe functions alone.
[[noreturn]] void become(const char *program, char *const *arguments, const Inheritance &from, pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); // the parent ended before prctl could ask
    // Nothing but 0, 1, 2, a third and the report stays open.
    const int socket = lift(from.socket, F_DUPFD), report = lift(from.report, F_DUPFD_CLOEXEC);
    const bool has_third = from.third >= 0;
    const int third = has_third ? lift(from.third, F_DUPFD) : -1;
    if (socket < 0 || report < 0 || dup2(socket, 0) < 0 || (from.also_output && dup2(socket, 1) < 0) ||
        (has_third && dup2(third, 3) < 0))
        _exit(1);
    const auto kept = static_cast<unsigned>(report);
    if (close_range(has_third ? 4U : 3U, kept - 1, 0) < 0 || close_range(kept + 1, ~0U, 0) < 0)
        _exit(1);
    execv(program, arguments);
    int reason = errno;
    (void)!write(report, &reason, sizeof reason);
    _exit(127);
}

/// What the child reported before it closed the pipe: 0 when it runs.
int exec_error(int report) {
    int reason = 0;
    ssize_t n = 0;
    do
        n = read(report, &reason, sizeof reason);
    while (n < 0 && errno == EINTR);
    return n == sizeof reason ? reason : 0;
}

} // namespace

base::Result<Child> Child::spawn(const std::string &program, const std::vector<std::string> &arguments,
                                 Pipes pipes, int third) {
    std::vector<char *> argv{const_cast<char *>(program.c_str())};
    for (const std::string &a : arguments)
        argv.push_back(const_cast<char *>(a.c_str()));
    argv.push_back(nullptr);

    int ends[2];
    int report[2];
    const bool stream = pipes == Pipes::standard;
    if (socketpair(AF_UNIX, (stream ? SOCK_STREAM : SOCK_SEQPACKET) | SOCK_CLOEXEC, 0, ends) < 0)
        return base::fail("no socket pair for a child process");
    if (pipe2(report, O_CLOEXEC) < 0) {
        close(ends[0]);
        close(ends[1]);
        return base::fail("no pipe for a child process");
    }
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0)
        become(program.c_str(), argv.data(), {ends[1], stream, third, report[1]}, parent);
    close(ends[1]);
    close(report[1]);
    const int reason = pid > 0 ? exec_error(report[0]) : errno;
    close(report[0]);
    if (pid < 0) {
        close(ends[0]);
        return base::fail("no further process can be started");
    }
    Child child(pid, ends[0]);
    if (reason != 0)
        return base::fail(reason == ENOENT ? "the program of a child process is not there"
                                           : "the program of a child process cannot be run");
    fcntl(child.fd_, F_SETFL, O_NONBLOCK);
    return child;
}

Child::Child(Child &&other) noexcept
    : pid_(std::exchange(other.pid_, -1)), fd_(std::exchange(other.fd_, -1)) {}

Child &Child::operator=(Child &&other) noexcept {
    if (this != &other) {
        end();
        pid_ = std::exchange(other.pid_, -1);
        fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
}

Child::~Child() { end(); }

void Child::end() {
    if (fd_ >= 0)
        close(fd_);
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR)
            ;
    }
    fd_ = -1;
    pid_ = -1;
}

std::string find_tool(const std::string &name) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    std::vector<fs::path> places;
    fs::path self = fs::read_symlink("/proc/self/exe", ignored);
    if (!self.empty()) {
        places.push_back(self.parent_path());
        places.push_back(self.parent_path().parent_path() / name);
    }
    if (const char *path = std::getenv("PATH"))
        base::split(path, ':', [&places](std::string_view folder) { places.emplace_back(folder); });
    for (const fs::path &place : places)
        if (fs::path program = place / name;
            fs::is_regular_file(program, ignored) && access(program.c_str(), X_OK) == 0)
            return program;
    return {};
}

} // namespace cord::io::process
