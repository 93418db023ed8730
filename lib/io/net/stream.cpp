#include "io/net/stream.hpp"

#include <sys/socket.h>

#include <cerrno>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "crypto/alternative_names.hpp"

namespace cord::io::net {
namespace {

Stream::Moved plain_result(ssize_t n, Stream::Status when_blocked) {
    if (n > 0)
        return {Stream::Status::done, static_cast<std::size_t>(n)};
    if (n == 0)
        return {Stream::Status::ended};
    bool blocked = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return {blocked ? when_blocked : Stream::Status::failed};
}

} // namespace

Stream::Stream(Loop &loop, Fd fd, Ssl ssl)
    : fd_(std::move(fd)), watch_(loop, fd_.get()), ssl_(std::move(ssl)) {}

Stream::Status Stream::status_of(int result) const {
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE: return Status::done;
    case SSL_ERROR_WANT_READ: return Status::wait_readable;
    case SSL_ERROR_WANT_WRITE: return Status::wait_writable;
    case SSL_ERROR_ZERO_RETURN: return Status::ended;
    default: return Status::failed;
    }
}

Stream::Status Stream::handshake() {
    if (!ssl_)
        return Status::done;
    ERR_clear_error(); // SSL_get_error looks at this thread's queue
    return status_of(SSL_do_handshake(ssl_.get()));
}

std::string Stream::distrust() const {
    long result = ssl_ ? SSL_get_verify_result(ssl_.get()) : X509_V_OK;
    return result == X509_V_OK ? "" : X509_verify_cert_error_string(result);
}

wire::sip::Identities Stream::peer() const {
    // Without a certificate the result of its verification is good, too.
    const X509 *certificate = ssl_ ? SSL_get0_peer_certificate(ssl_.get()) : nullptr;
    if (certificate == nullptr || SSL_get_verify_result(ssl_.get()) != X509_V_OK)
        return {};
    const auto names = crypto::alternative_names(certificate);
    return wire::sip::identities(names.uris, names.hosts);
}

Stream::Moved Stream::read(base::MutableBytes into) {
    if (!ssl_)
        return plain_result(::recv(fd_.get(), into.data(), into.size(), 0), Status::wait_readable);
    ERR_clear_error();
    std::size_t bytes = 0;
    int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes);
    return {status_of(result), bytes};
}

Stream::Moved Stream::write(base::Bytes from) {
    if (!ssl_)
        return plain_result(::send(fd_.get(), from.data(), from.size(), MSG_NOSIGNAL), Status::wait_writable);
    ERR_clear_error();
    std::size_t bytes = 0;
    int result = SSL_write_ex(ssl_.get(), from.data(), from.size(), &bytes);
    return {status_of(result), bytes};
}

void Stream::when(Status status, std::function<void()> call) {
    if (status == Status::wait_writable)
        watch_.when_writable(std::move(call));
    else
        watch_.when_readable(std::move(call));
}

void Stream::finish() {
    if (ssl_ && SSL_is_init_finished(ssl_.get())) {
        ERR_clear_error();
        (void)SSL_shutdown(ssl_.get());
    }
    (void)::shutdown(fd_.get(), SHUT_WR);
}

} // namespace cord::io::net
