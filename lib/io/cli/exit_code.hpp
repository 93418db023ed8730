// How a program ends: what scripts test for. From 64 on as in sysexits(3).
#pragma once

namespace cord::io::cli {

enum Exit : int {
    done = 0,
    answer_is_no = 1, ///< Not found, check failed, call failed.
    wrong_usage = 2,
    bad_data = 65,
    unavailable = 69, ///< A daemon, peer or database cannot be reached.
    cannot_create = 73,
    io_error = 74,
    not_permitted = 77,
    bad_configuration = 78,
};

} // namespace cord::io::cli
