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
namespace {

using io::cli::Exit;
using Pair = CertificateFiles::Pair;

Checked<crypto::Certificate> make_own(const Pair &files, std::span<const std::string> names) {
    auto made = crypto::Certificate::self_signed(names, io::net::now().unix);
    if (!made)
        return tl::unexpected(Refusal{Exit::bad_configuration, std::string(made.error().text())});
    if (auto saved = made->save(files.chain, files.key); !saved)
        return tl::unexpected(
            Refusal{Exit::cannot_create, fmt::format("{}: {}", files.chain, saved.error().text())});
    base::log::info("tls", "made a certificate of its own for {}: {}", names.front(), files.chain);
    return std::move(*made);
}

Checked<crypto::Certificate> load_one(const Pair &files) {
    auto loaded = crypto::Certificate::load(files.chain, files.key);
    if (loaded)
        return std::move(*loaded);
    struct stat status {};
    bool open_to_others =
        ::stat(files.key.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    const auto forbidden = [](const std::string &file) {
        return ::access(file.c_str(), R_OK) != 0 && errno == EACCES;
    };
    return tl::unexpected(
        Refusal{open_to_others || forbidden(files.chain) || forbidden(files.key) ? Exit::not_permitted
                                                                                 : Exit::bad_configuration,
                fmt::format("{} and {}: {}", files.chain, files.key, loaded.error().text())});
}

} // namespace

CertificateFiles::CertificateFiles(const Options &options, const std::string &state_directory)
    : own_(options.tls_certs.empty()), keys_(options.tls_keys.size()), authorities_(options.tls_ca) {
    if (own_)
        pairs_.push_back({io::cli::in_directory(state_directory, "cert.pem"),
                          io::cli::in_directory(state_directory, "key.pem")});
    for (std::size_t i = 0; i < options.tls_certs.size(); ++i)
        pairs_.push_back({options.tls_certs[i], i < keys_ ? options.tls_keys[i] : options.tls_certs[i]});
}

Checked<std::vector<crypto::Certificate>> CertificateFiles::load(std::span<const std::string> names) const {
    if (!own_ && keys_ > 0 && keys_ != pairs_.size())
        return tl::unexpected(Refusal{
            Exit::wrong_usage,
            fmt::format(
                "each --tls-cert wants its --tls-key, in the same order, or none where the files hold "
                "their keys: there are {} of the first and {} of the second",
                pairs_.size(), keys_),
            "tls-key"});
    std::vector<crypto::Certificate> out;
    for (const Pair &files : pairs_) {
        const bool missing = own_ && ::access(files.chain.c_str(), F_OK) != 0;
        auto one = missing ? make_own(files, names) : load_one(files);
        if (!one)
            return tl::unexpected(one.error());
        out.push_back(std::move(*one));
    }
    return out;
}

std::optional<std::string> CertificateFiles::state() const {
    std::vector<std::string> files;
    for (const Pair &pair : pairs_)
        files.insert(files.end(), {pair.chain, pair.key});
    if (!authorities_.empty())
        files.push_back(authorities_);
    std::string out;
    for (const std::string &file : files) {
        struct stat status {};
        if (::stat(file.c_str(), &status) != 0)
            return std::nullopt;
        out += fmt::format("{}:{}:{}.{} ", status.st_ino, status.st_size, status.st_mtim.tv_sec,
                           status.st_mtim.tv_nsec);
    }
    return out;
}

} // namespace cord::tools::sipws_proxy
