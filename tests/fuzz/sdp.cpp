#include "wire/sdp/attributes.hpp"
#include "wire/sdp/kind.hpp"
#include "wire/sdp/session.hpp"

#include "base/bytes.hpp"
#include "base/result.hpp"

using namespace cord::wire::sdp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    auto session = parse(cord::base::as_text({data, size}));
    if (!session)
        return 0;
    // What was read once reads the same again.
    auto again = parse(write(*session));
    CORD_ASSERT(again && write(*again) == write(*session));
    for (const Media &media : session->media) {
        (void)formats(media);
        (void)fingerprints(*session, media);
        (void)direction(*session, media);
        for (const Attribute &a : media.attributes) {
            (void)read_candidate(a.value);
            (void)read_crypto(a.value);
            (void)read_extmap(a.value);
            (void)read_group(a.value);
            (void)read_rtcp(a.value);
            (void)read_ssrc(a.value);
        }
    }
    clean_for_legacy(*session);
    return 0;
}
