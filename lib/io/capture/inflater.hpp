// gzip (RFC 1952), members one behind the other, as bytes come.
#pragma once

#include <cstdint>
#include <vector>

#include "io/capture/source.hpp"

struct z_stream_s;

namespace cord::io::capture {

class Input::Source::Inflater {
  public:
    Inflater();
    ~Inflater();
    Inflater(const Inflater &) = delete;
    Inflater &operator=(const Inflater &) = delete;

    /// Compressed bytes; more are put behind them.
    std::vector<std::uint8_t> input;

    /// Appends at most some 64 kB to `out`; false when the bytes are no gzip.
    [[nodiscard]] bool run(std::vector<std::uint8_t> &out);
    void drop_used();
    [[nodiscard]] bool between_members() const { return between_members_; }
    [[nodiscard]] const char *reason() const { return reason_; }

  private:
    std::unique_ptr<z_stream_s> z_;
    std::size_t used_ = 0;
    bool between_members_ = false;
    const char *reason_ = "";
};

} // namespace cord::io::capture
