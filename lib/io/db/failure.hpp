// What can go wrong with a database, told apart by what can be done about it.
#pragma once

#include <string>

#include "base/result.hpp"

namespace cord::io::db {

enum class Trouble {
    locked,    ///< Another process held it too long: try again.
    full,      ///< No room on the disk.
    gone,      ///< Not there, or the connection to it has broken: open it again.
    read_only, ///< We may read but not write.
    no_tables, ///< It is there, but not set up.
    exists,    ///< What was to be made is there already.
    other,
};

struct Failure {
    Trouble trouble = Trouble::other;
    std::string text; ///< For people; without SQL and without values.
};

template <class T>
using Result = base::Result<T, Failure>;

[[nodiscard]] inline tl::unexpected<Failure> fail(Trouble trouble, std::string text) {
    return tl::unexpected<Failure>(Failure{trouble, std::move(text)});
}

} // namespace cord::io::db
