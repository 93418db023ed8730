// Why a command ends before its end: the exit code of contract and man page, and the words for stderr.
#pragma once

#include <string>

#include "base/result.hpp"
#include "io/cli/exit_code.hpp"

namespace cord::mediacodec {

/// Without words the program ends quietly, as a filter does whose reader has gone.
struct Failure {
    int code = 0;
    std::string why;
};

template <class T>
using Outcome = base::Result<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> failure(int code, std::string why) {
    return tl::unexpected<Failure>(Failure{code, std::move(why)});
}

} // namespace cord::mediacodec
