// Trace NDJSON (cordboard-trace(5)): one SIP message a line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/trace/reader.hpp"

namespace cord::engine::trace {

/// Lines of another type are passed over; what is no JSON object, or lacks what a message needs, is skipped
/// and counted.
class NdjsonReader final : public Reader {
  public:
    [[nodiscard]] base::Result<Step> step(base::Bytes window) override;
    [[nodiscard]] std::size_t skipped() const override { return skipped_; }

  private:
    std::string raw_; // of the last record: unescaped
    std::size_t skipped_ = 0;
    bool inside_long_line_ = false;
};

/// One line, its line end left out. `raw` holds the message that the record points into. Nothing when the
/// line is an object of another type; fails when it is not what it should be.
[[nodiscard]] base::Result<std::optional<SipRecord>> parse_trace_line(std::string_view line,
                                                                      std::string &raw);

} // namespace cord::engine::trace
