// Certificates while the proxy serves: read again when their files change, told of before they end.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "certificate_files.hpp"
#include "engine/proxy/effect.hpp"
#include "io/net/loop.hpp"

namespace cord::tools::sipws_proxy {

class Certificates {
  public:
    struct Calls {
        std::function<void(std::span<const crypto::Certificate>)> show;
        /// Those of this file, or of none.
        std::function<Checked<std::monostate>(const std::string &authorities)> trust;
        std::function<void(const engine::proxy::Event &)> event;
    };

    Certificates(io::net::Loop &loop, Calls calls) : calls_(std::move(calls)), look_(loop), day_(loop) {}

    /// Reads all of these files and has them shown and trusted, or none; `names` are for one of our own
    /// making.
    [[nodiscard]] Checked<std::monostate> read(CertificateFiles files, std::vector<std::string> names);
    /// Looks after those that were read, from now on.
    void watch();

  private:
    void look();
    void tell_of_ends();

    Calls calls_;
    std::optional<CertificateFiles> files_; ///< None: no listener shows one.
    std::vector<std::string> names_;
    std::vector<base::UnixTime> ends_;   ///< Of each pair of files.
    std::optional<std::string> read_as_; ///< The files' state at that time.
    std::optional<std::string> seen_as_; ///< And when they were last looked at.
    io::net::Timer look_, day_;
};

} // namespace cord::tools::sipws_proxy
