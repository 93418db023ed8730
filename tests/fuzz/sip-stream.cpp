// Any stream, in pieces of any size: what the framer cuts is what the parser sees in the same bytes.
#include <variant>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "wire/sip/framer.hpp"

using namespace cord;
using namespace cord::wire::sip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 1)
        return 0;
    const std::size_t step = 1u + data[0];
    const auto stream = base::as_text(base::Bytes(data + 1, size - 1));
    StreamFramer pieces;
    StreamFramer whole;
    whole.push(stream);
    for (std::size_t at = 0; at < stream.size(); at += step) {
        pieces.push(stream.substr(at, step));
        CORD_ASSERT(pieces.pending() <= base::limits::sip_message + step);
        while (const auto frame = pieces.next()) {
            auto same = whole.next();
            CORD_ASSERT(same && same->index() == frame->index());
            if (const auto *m = std::get_if<Message>(&*frame)) {
                CORD_ASSERT(m->bytes() == std::get<Message>(*same).bytes());
                const auto parsed = Message::parse(m->bytes());
                CORD_ASSERT(parsed && parsed->bytes() == m->bytes());
                CORD_ASSERT(parsed->field_count() == m->field_count() && parsed->body() == m->body());
                CORD_ASSERT(parsed->fault().has_value() == m->fault().has_value());
            }
        }
    }
    return 0;
}
