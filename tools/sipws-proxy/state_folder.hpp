// --state: what a proxy leaves for the one that follows it, in a folder of its own: a secret, and records of
// the calls that stand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "io/net/fd.hpp"
#include "options.hpp"

namespace cord::tools::sipws_proxy {

/// Records are written as they come, without waiting for the disk: they outlive the process, however it ends,
/// but not the machine, with which the calls' media end too.
class StateFolder {
  public:
    /// Makes what is not there, for us alone, and holds it as long as it lives: a second proxy is refused.
    [[nodiscard]] static Checked<StateFolder> open(const std::string &folder);

    [[nodiscard]] const std::string &secret() const { return secret_; }
    /// What was written before.
    [[nodiscard]] const std::string &records() const { return records_; }

    /// What cannot be written is lost, and said once.
    void append(std::string_view records);
    /// Most of what is written is outdated, or some could not be, and it is time to try again.
    [[nodiscard]] bool wants_rewrite(base::Time now) const;
    /// These take the place of all others, at once.
    void rewrite(std::string_view records, base::Time now);

  private:
    void judge(bool written);

    std::string path_; ///< Of the records.
    std::string secret_, records_;
    io::net::Fd lock_, file_;
    std::uint64_t size_ = 0, size_at_first_ = 0;
    bool failing_ = false;
    base::Time next_try_{};
};

} // namespace cord::tools::sipws_proxy
