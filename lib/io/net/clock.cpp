#include "io/net/clock.hpp"

#include <chrono>

namespace cord::io::net {

base::Now now() {
    using namespace std::chrono;
    return {base::Time(duration_cast<base::Duration>(steady_clock::now().time_since_epoch())),
            time_point_cast<microseconds>(system_clock::now())};
}

} // namespace cord::io::net
