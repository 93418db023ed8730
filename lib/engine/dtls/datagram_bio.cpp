#include "engine/dtls/datagram_bio.hpp"

#include <algorithm>

#include <openssl/bio.h>

#include "base/result.hpp"

namespace cord::engine::dtls {
namespace {

Datagrams &ends_of(BIO *bio) { return *static_cast<Datagrams *>(BIO_get_data(bio)); }

int write_datagram(BIO *bio, const char *data, int size) {
    const auto *bytes = reinterpret_cast<const std::uint8_t *>(data);
    ends_of(bio).outgoing.emplace_back(bytes, bytes + size);
    return size;
}

int read_datagram(BIO *bio, char *room, int size) {
    Datagrams &ends = ends_of(bio);
    BIO_clear_retry_flags(bio);
    if (ends.incoming.empty()) {
        BIO_set_retry_read(bio);
        return -1;
    }
    // As a datagram socket does: what does not fit is gone.
    std::size_t n = std::min(static_cast<std::size_t>(size), ends.incoming.size());
    std::copy_n(ends.incoming.begin(), n, room);
    ends.incoming = {};
    return static_cast<int>(n);
}

long control(BIO *, int command, long, void *) {
    switch (command) {
    case BIO_CTRL_FLUSH: return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU: return mtu;
    default: return 0;
    }
}

BIO_METHOD *method() {
    static BIO_METHOD *const made = [] {
        BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagrams in memory");
        CORD_ASSERT(m != nullptr && BIO_meth_set_write(m, write_datagram) == 1 &&
                    BIO_meth_set_read(m, read_datagram) == 1 && BIO_meth_set_ctrl(m, control) == 1);
        return m;
    }();
    return made;
}

} // namespace

BIO *make_datagram_bio(Datagrams &ends) {
    BIO *bio = BIO_new(method());
    CORD_ASSERT(bio != nullptr);
    BIO_set_data(bio, &ends);
    BIO_set_init(bio, 1);
    return bio;
}

} // namespace cord::engine::dtls
