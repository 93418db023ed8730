// Metrics as Prometheus reads them: its text format, version 0.0.4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cord::io::http {

/// `Exposition e; e.family("calls_total", Exposition::Type::counter, "Calls begun.").sample(3);`
class Exposition {
  public:
    enum class Type { counter, gauge };
    using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

    /// The samples that follow are of this metric, whose name is one: letters, digits and underscores.
    Exposition &family(std::string_view name, Type type, std::string_view help);
    Exposition &sample(std::uint64_t value, const Labels &labels = {});

    [[nodiscard]] const std::string &str() const { return out_; }
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

  private:
    std::string name_;
    std::string out_;
};

} // namespace cord::io::http
