// A file through its reader and every layer above it, to the drawing.
#pragma once

#include "base/result.hpp"
#include "engine/trace/calls.hpp"
#include "engine/trace/decoder.hpp"
#include "engine/trace/ladder_svg.hpp"
#include "engine/trace/ladder_text.hpp"
#include "engine/trace/reader.hpp"

inline void add_all(cord::engine::trace::Calls &calls, const cord::engine::trace::Decoder::Found &found) {
    for (const auto &record : found.messages)
        (void)calls.add(record);
    if (found.datagram)
        (void)calls.add(*found.datagram);
}

inline void draw_all(const cord::engine::trace::Calls &calls) {
    for (const auto *call : calls.listed()) {
        const auto ladder = cord::engine::trace::make_ladder(*call);
        (void)cord::engine::trace::ladder_text(ladder, {80, true});
        (void)cord::engine::trace::ladder_svg(ladder);
    }
}

inline void read_all(cord::engine::trace::Reader &reader, cord::base::Bytes bytes) {
    using namespace cord::engine::trace;
    Decoder decoder;
    Calls calls(1 << 20);
    for (;;) {
        const auto step = reader.step(bytes);
        if (!step)
            break;
        CORD_ASSERT(step->consumed <= bytes.size());
        bytes = bytes.subspan(step->consumed);
        if (const auto *packet = std::get_if<Packet>(&step->found))
            add_all(calls, decoder.decode(*packet));
        else if (const auto *record = std::get_if<SipRecord>(&step->found))
            (void)calls.add(*record);
        else if (const auto *secrets = std::get_if<Secrets>(&step->found))
            decoder.add_secrets(secrets->lines);
        else if (step->consumed == 0)
            break;
    }
    add_all(calls, decoder.finish());
    draw_all(calls);
}
