#include "certificate_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include <fmt/format.h>

#include "base/log.hpp"
#include "io/cli/exit_code.hpp"
#include "io/cli/paths.hpp"
#include "io/net/clock.hpp"

namespace cord::tools::sipws_proxy {

using io::cli::Exit;

CertificateFiles::CertificateFiles(const Options &options, const std::string &state_directory)
    : own_(options.tls_cert.empty()), chain_(options.tls_cert),
      key_(options.tls_key.empty() ? options.tls_cert : options.tls_key) {
    if (own_) {
        chain_ = io::cli::in_directory(state_directory, "cert.pem");
        key_ = io::cli::in_directory(state_directory, "key.pem");
    }
}

Checked<crypto::Certificate> CertificateFiles::load(std::span<const std::string> names) const {
    if (own_ && ::access(chain_.c_str(), F_OK) != 0) {
        auto made = crypto::Certificate::self_signed(names, io::net::now().unix);
        if (!made)
            return tl::unexpected(Refusal{Exit::bad_configuration, std::string(made.error().text())});
        if (auto saved = made->save(chain_, key_); !saved)
            return tl::unexpected(
                Refusal{Exit::cannot_create, fmt::format("{}: {}", chain_, saved.error().text())});
        base::log::info("tls", "made a certificate of its own for {}: {}", names.front(), chain_);
        return std::move(*made);
    }
    auto loaded = crypto::Certificate::load(chain_, key_);
    if (loaded)
        return std::move(*loaded);
    struct stat status {};
    bool open_to_others = ::stat(key_.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    const auto forbidden = [](const std::string &file) {
        return ::access(file.c_str(), R_OK) != 0 && errno == EACCES;
    };
    return tl::unexpected(Refusal{open_to_others || forbidden(chain_) || forbidden(key_)
                                      ? Exit::not_permitted
                                      : Exit::bad_configuration,
                                  fmt::format("{} and {}: {}", chain_, key_, loaded.error().text())});
}

} // namespace cord::tools::sipws_proxy
