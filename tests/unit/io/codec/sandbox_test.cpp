#include "io/codec/sandbox.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>

#include "support/catch.hpp"

namespace {

/// How a child ends that does `what` in the sandbox: its exit code, or minus the signal.
int in_sandbox(void (*what)()) {
    pid_t pid = fork();
    if (pid == 0) {
        if (!cord::io::codec::enter_sandbox())
            _exit(99);
        what();
        _exit(7);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

TEST_CASE("the sandbox lets a codec work", "[codec]") {
    CHECK(in_sandbox([] {
              for (std::size_t size : {100u, 100'000u, 10'000'000u})
                  if (void *p = std::malloc(size))
                      std::free(p);
              timespec now{};
              clock_gettime(CLOCK_MONOTONIC, &now);
              char c = 0;
              (void)!read(-1, &c, 1);
          }) == 7);
}

#ifndef __SANITIZE_THREAD__ // see enter_sandbox
TEST_CASE("in the sandbox no file, socket or program can be opened", "[codec]") {
    CHECK(in_sandbox([] { (void)!open("/etc/passwd", O_RDONLY); }) == -SIGSYS);
    CHECK(in_sandbox([] { (void)!socket(AF_INET, SOCK_DGRAM, 0); }) == -SIGSYS);
    CHECK(in_sandbox([] { execl("/bin/true", "true", nullptr); }) == -SIGSYS);
    CHECK(in_sandbox([] { (void)!fork(); }) == -SIGSYS);
    CHECK(in_sandbox([] { kill(getppid(), 0); }) == -SIGSYS);
    CHECK(in_sandbox([] {
              (void)!mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          }) == -SIGSYS);
}
#endif
