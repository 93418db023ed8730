// A TLS connection between two sides, in pieces: two bytes before each tell side, gap and length. The key log
// is that of the corpus.
#include <algorithm>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "engine/trace/tls/session.hpp"

using namespace cord::engine::trace::tls;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static const auto log = [] {
        auto made = std::make_shared<KeyLog>();
        const std::string random(64, '1');
        made->add("CLIENT_RANDOM " + random + ' ' + std::string(96, '2') + '\n');
        for (const char *label : {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                                  "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"})
            made->add(std::string(label) + ' ' + random + ' ' + std::string(64, '3') + '\n');
        return made;
    }();
    Session session(log);
    cord::base::ByteReader in({data, size});
    while (in.left() > 2) {
        const std::uint16_t control = in.u16();
        const auto piece = in.take(std::min<std::size_t>(control & 0x3FFF, in.left()));
        session.push((control & 0x8000) != 0 ? Side::server : Side::client, piece, (control & 0x4000) != 0);
        for (const Side side : {Side::client, Side::server})
            if (const auto text = session.take(side))
                CORD_ASSERT(!text->bytes.empty());
    }
    CORD_ASSERT(!session.name().empty() && !session.outcome().empty());
    KeyLog other;
    other.add(cord::base::as_text({data, size}));
    return 0;
}
