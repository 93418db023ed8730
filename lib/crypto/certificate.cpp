#include "crypto/certificate.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/address.hpp"
#include "base/bytes.hpp"

namespace cord::crypto {
namespace {

using base::fail;
using base::Result;
using X509Ptr = std::shared_ptr<x509_st>;
using KeyPtr = std::shared_ptr<evp_pkey_st>;

struct BioFree {
    void operator()(BIO *b) const { BIO_free(b); }
};
using BioPtr = std::unique_ptr<BIO, BioFree>;

BioPtr reader(std::string_view text) {
    return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string taken(const BioPtr &bio) {
    char *data = nullptr;
    long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

X509Ptr own(X509 *x) { return {x, X509_free}; }
KeyPtr own(EVP_PKEY *k) { return {k, EVP_PKEY_free}; }

/// "DNS:gateway.example,IP:192.0.2.1", as OpenSSL's configuration language has it.
std::string alternative_names(std::span<const std::string> names) {
    std::string list;
    for (const std::string &name : names) {
        if (!list.empty())
            list += ',';
        list += (base::IpAddress::parse(name) ? "IP:" : "DNS:") + name;
    }
    return list;
}

bool add_extension(X509 *x, int nid, const std::string &value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x, x, nullptr, nullptr, 0);
    std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), X509_EXTENSION_free);
    return extension && X509_add_ext(x, extension.get(), -1) == 1;
}

bool set_random_serial(X509 *x) {
    std::array<std::uint8_t, 16> bytes{};
    if (RAND_bytes(bytes.data(), bytes.size()) != 1)
        return false;
    bytes[0] &= 0x7f; // RFC 5280 section 4.1.2.2: the serial number MUST be a positive integer
    std::unique_ptr<BIGNUM, decltype(&BN_free)> number(BN_bin2bn(bytes.data(), bytes.size(), nullptr),
                                                       BN_free);
    return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(x)) != nullptr;
}

bool set_subject(X509 *x, const std::string &common_name) {
    X509_NAME *name = X509_get_subject_name(x);
    // RFC 5280 appendix A.1: ub-common-name is 64.
    std::string_view shown = std::string_view(common_name).substr(0, 64);
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char *>(shown.data()),
                                      static_cast<int>(shown.size()), -1, 0) == 1 &&
           X509_set_issuer_name(x, name) == 1;
}

bool set_validity(X509 *x, base::UnixTime now) {
    constexpr long day = 24 * 60 * 60;
    std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    return X509_time_adj_ex(X509_getm_notBefore(x), 0, -day, &seconds) != nullptr &&
           X509_time_adj_ex(X509_getm_notAfter(x), 396, 0, &seconds) != nullptr;
}

Result<std::string> read_file(int fd) {
    std::string text;
    std::array<char, 4096> block;
    for (ssize_t n; (n = read(fd, block.data(), block.size())) != 0;) {
        if (n < 0)
            return fail("cannot read the file");
        text.append(block.data(), static_cast<std::size_t>(n));
        if (text.size() > 1 << 20)
            return fail("a certificate or key file of more than 1 MiB");
    }
    return text;
}

/// Closes on every way out.
struct File {
    explicit File(int n) : fd(n) {}
    File(const File &) = delete;
    File &operator=(const File &) = delete;
    ~File() {
        if (fd >= 0)
            close(fd);
    }
    int fd;
};

Result<std::string> read_certificate(const std::string &path) {
    File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.fd < 0)
        return fail("cannot open the certificate file");
    return read_file(file.fd);
}

Result<std::string> read_key(const std::string &path) {
    File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (file.fd < 0 || fstat(file.fd, &status) != 0)
        return fail("cannot open the key file");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail("the key file can be read by others; chmod 600 it");
    return read_file(file.fd);
}

/// Writes beside the file and renames, so that a full disk leaves the old one.
Result<void> replace_file(const std::string &path, std::string_view text, mode_t mode) {
    const std::string fresh = path + ".new";
    unlink(fresh.c_str()); // left by a run that was killed; its mode is not to be trusted
    File file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    bool ok = file.fd >= 0;
    while (ok && !text.empty()) {
        ssize_t n = write(file.fd, text.data(), text.size());
        ok = n > 0;
        text.remove_prefix(ok ? static_cast<std::size_t>(n) : 0);
    }
    if (ok && fsync(file.fd) == 0 && rename(fresh.c_str(), path.c_str()) == 0)
        return {};
    unlink(fresh.c_str());
    return fail("cannot write the certificate or key file");
}

} // namespace

Certificate::Certificate(Chain chain, KeyPtr key) : chain_(std::move(chain)), key_(std::move(key)) {}

Result<Certificate> Certificate::self_signed(std::span<const std::string> names, base::UnixTime now) {
    if (names.empty())
        return fail("a certificate needs a name");
    for (const std::string &name : names) // a comma would begin another entry of any kind
        if (name.empty() || name.find(',') != std::string::npos)
            return fail("not a host name that a certificate can carry");
    KeyPtr key = own(EVP_EC_gen("P-256"));
    X509Ptr x = own(X509_new());
    bool ok = key && x && X509_set_version(x.get(), X509_VERSION_3) == 1 && set_random_serial(x.get()) &&
              set_subject(x.get(), names.front()) && set_validity(x.get(), now) &&
              X509_set_pubkey(x.get(), key.get()) == 1 &&
              add_extension(x.get(), NID_basic_constraints, "critical,CA:FALSE") &&
              add_extension(x.get(), NID_key_usage, "critical,digitalSignature") &&
              add_extension(x.get(), NID_ext_key_usage, "serverAuth,clientAuth");
    if (!ok)
        return fail("cannot make a key");
    if (!add_extension(x.get(), NID_subject_alt_name, alternative_names(names)))
        return fail("not a host name that a certificate can carry");
    if (X509_sign(x.get(), key.get(), EVP_sha256()) == 0)
        return fail("cannot sign the certificate");
    return Certificate({std::move(x)}, std::move(key));
}

Result<Certificate> Certificate::from_pem(std::string_view chain, std::string_view key) {
    BioPtr chain_text = reader(chain);
    Chain certificates;
    while (X509 *x = PEM_read_bio_X509(chain_text.get(), nullptr, nullptr, nullptr))
        certificates.push_back(own(x));
    if (certificates.empty())
        return fail("no certificate in PEM");
    BioPtr key_text = reader(key);
    char no_passphrase[] = ""; // never ask on the terminal
    KeyPtr private_key = own(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, no_passphrase));
    if (!private_key)
        return fail("no private key in PEM, or one with a passphrase");
    if (X509_check_private_key(certificates.front().get(), private_key.get()) != 1)
        return fail("the private key belongs to another certificate");
    return Certificate(std::move(certificates), std::move(private_key));
}

Result<Certificate> Certificate::load(const std::string &chain_file, const std::string &key_file) {
    Result<std::string> chain = read_certificate(chain_file);
    if (!chain)
        return tl::unexpected(chain.error());
    Result<std::string> key = read_key(key_file);
    if (!key)
        return tl::unexpected(key.error());
    Result<Certificate> loaded = from_pem(*chain, *key);
    OPENSSL_cleanse(key->data(), key->size());
    return loaded;
}

Result<void> Certificate::save(const std::string &chain_file, const std::string &key_file) const {
    if (chain_file == key_file)
        return replace_file(key_file, key_pem() + chain_pem(), 0600);
    Result<void> saved = replace_file(key_file, key_pem(), 0600);
    return saved ? replace_file(chain_file, chain_pem(), 0644) : saved;
}

std::string Certificate::chain_pem() const {
    BioPtr out(BIO_new(BIO_s_mem()));
    for (const X509Ptr &x : chain_)
        CORD_ASSERT(PEM_write_bio_X509(out.get(), x.get()) == 1);
    return taken(out);
}

std::string Certificate::key_pem() const {
    BioPtr out(BIO_new(BIO_s_mem()));
    CORD_ASSERT(PEM_write_bio_PKCS8PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
                1);
    return taken(out);
}

std::string Certificate::fingerprint() const {
    std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash;
    unsigned size = 0;
    CORD_ASSERT(X509_digest(leaf(), EVP_sha256(), hash.data(), &size) == 1);
    return fmt::format("{:02X}", fmt::join(hash.data(), hash.data() + size, ":"));
}

base::UnixTime Certificate::expires() const {
    std::tm when{};
    CORD_ASSERT(ASN1_TIME_to_tm(X509_get0_notAfter(leaf()), &when) == 1);
    return base::UnixTime(std::chrono::seconds(timegm(&when)));
}

} // namespace cord::crypto
