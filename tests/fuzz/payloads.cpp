// The decoders of libraries: the first octet chooses the codec, then come payloads, each after an octet with
// its length. A length of 0 is a lost one.
#include <array>

#include "io/codec/codec.hpp"

using namespace cord;
using namespace cord::io::codec;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    static constexpr std::array codecs{"g722",
                                       "g726-24",
                                       "g729",
                                       "gsm",
                                       "speex",
                                       "speex/16000",
                                       "speex/32000",
                                       "amr",
                                       "amr;octet-align=1",
                                       "amr-wb",
                                       "amr-wb;octet-align=1"};
    if (size == 0 || size > 4096)
        return 0;
    auto decoder = make_decoder(completed(CodecSpec::parse(codecs[data[0] % codecs.size()]).value()).value());
    if (!decoder) // whose library this build has not
        return 0;
    base::ByteReader r({data + 1, size - 1});
    Pcm out;
    while (r.left() > 0) {
        const base::Bytes payload = r.take(r.u8());
        const std::size_t before = out.size();
        if (payload.empty())
            (*decoder)->conceal(160, {}, out);
        else if (!(*decoder)->decode(payload, out))
            CORD_ASSERT(out.size() == before);
        // A second of sound is more than any payload holds.
        CORD_ASSERT(out.size() - before <= (*decoder)->format().rate);
    }
    return 0;
}
