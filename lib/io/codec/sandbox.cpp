#include "io/codec/sandbox.hpp"

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <array>
#include <cstdint>
#include <memory>

namespace cord::io::codec {

namespace {

/// A few thousand streams; one of Opus takes some 100 kB, both directions together.
constexpr rlim_t memory_limit = rlim_t{512} << 20;

base::Result<void> limit_resources() {
    struct Limit {
        __rlimit_resource what;
        rlim_t value;
    };
    for (Limit limit : {
             Limit{RLIMIT_CORE, 0},
             Limit{RLIMIT_FSIZE, 0},
             Limit{RLIMIT_NPROC, 0},
#ifndef __SANITIZE_ADDRESS__ // whose shadow memory alone is terabytes
             Limit{RLIMIT_DATA, memory_limit},
#endif
         }) {
        rlimit both{limit.value, limit.value};
        if (setrlimit(limit.what, &both) < 0)
            return base::fail("the sandbox could not set its resource limits");
    }
    return {};
}

/// The third argument of mmap and mprotect, without PROT_EXEC.
constexpr scmp_arg_cmp not_executable{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};

struct Release {
    void operator()(void *filter) const { seccomp_release(filter); }
};

} // namespace

base::Result<void> enter_sandbox() {
#ifdef __SANITIZE_THREAD__ // whose own thread sleeps, and maps what the limit forbids
    return {};
#endif
    if (auto done = limit_resources(); !done)
        return done;
    std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
    if (!filter)
        return base::fail("no seccomp filter could be made");
    int failed = 0;
    // sigaltstack changes nothing outside; a build with ASan asks for it before it ends.
    for (int call : {SCMP_SYS(read),        SCMP_SYS(write),           SCMP_SYS(writev),
                     SCMP_SYS(recvfrom),    SCMP_SYS(sendto),          SCMP_SYS(recvmsg),
                     SCMP_SYS(sendmsg),     SCMP_SYS(recvmmsg),        SCMP_SYS(sendmmsg),
                     SCMP_SYS(brk),         SCMP_SYS(munmap),          SCMP_SYS(mremap),
                     SCMP_SYS(madvise),     SCMP_SYS(futex),           SCMP_SYS(clock_gettime),
                     SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigreturn),
                     SCMP_SYS(exit),        SCMP_SYS(exit_group)})
        failed |= seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
    // Memory only: of no file, and never to be executed. The descriptor -1 may come as 32 bits or 64.
    for (scmp_datum_t no_file : {scmp_datum_t{UINT32_MAX}, scmp_datum_t{UINT64_MAX}}) {
        const std::array conditions{not_executable, scmp_arg_cmp{4, SCMP_CMP_EQ, no_file, 0}};
        failed |= seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(mmap), conditions.size(),
                                         conditions.data());
    }
    failed |= seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &not_executable);
    // Loading sets PR_SET_NO_NEW_PRIVS as well.
    if (failed != 0 || seccomp_load(filter.get()) != 0)
        return base::fail("the seccomp filter could not be loaded");
    return {};
}

} // namespace cord::io::codec
