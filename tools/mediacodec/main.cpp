// mediacodec: decode, encode and transcode RTP in pipes; and the worker that does it for rtc-breaker.
#include <csignal>
#include <functional>

#include "commands.hpp"
#include "io/cli/app.hpp"
#include "io/codec/codec.hpp"

using namespace cord;
using namespace cord::mediacodec;

int main(int argc, char **argv) {
    std::signal(SIGPIPE, SIG_IGN); // a closed pipe is seen where it is written to
    io::cli::App app("mediacodec", "Decode, encode and transcode the sound and pictures of RTP streams",
                     io::codec::licence());
    StreamOptions o;
    bool json = false;

    auto act = [&](const std::function<Outcome<void>()> &command) {
        return [&, command] {
            o.verbosity = app.common().verbosity;
            auto done = command();
            if (done)
                return static_cast<int>(io::cli::done);
            return done.error().why.empty() ? done.error().code
                                            : app.refuse(done.error().code, done.error().why);
        };
    };
    const std::vector<std::string> formats{"auto", "framed", "rtpdump"};
    const std::vector<std::string> written{"auto", "framed", "rtpdump", "ogg", "ivf", "annexb"};
    const char *codec_help = "opus, pcma, l16/16000 …, with SDP-style parameters: opus/48000/2;ptime=20";

    auto lists = app.subcommand("list", "Show the codecs", act([&] { return list(json); }));
    lists.flag("--json", json, "One JSON object a line");

    auto decodes = app.subcommand("decode", "RTP to WAV or Y4M", act([&] { return decode(o); }));
    decodes
        .repeated("-c,--codec", o.codecs, "[PT=]CODEC",
                  "The codec of payload types that the stream does not name")
        .option("-o,--output", o.out, "FILE", "The WAV or Y4M to write")
        .choice("--format", o.format, formats,
                "The format of the RTP, instead of telling it by its first bytes")
        .positional("IN", o.in, false, "RTP in RFC 4571 frames or rtpdump, or Ogg Opus, IVF or H.264");

    auto encodes = app.subcommand("encode", "WAV or Y4M to RTP", act([&] { return encode(o); }));
    encodes.repeated("-c,--codec", o.codecs, "[PT=]CODEC", codec_help)
        .option("-o,--output", o.out, "FILE", "The RTP to write")
        .choice("--format", o.format, written,
                "The format of the RTP; by the name of FILE, or framed, when auto")
        .flag("--bare", o.bare, "No #!rtp line before the frames")
        .number("--ssrc", o.ssrc, -1, UINT32_MAX, "N", "The SSRC to write; a random one when -1")
        .positional("IN", o.in, false, "A WAV, or Y4M for a codec of video");

    auto transcodes =
        app.subcommand("transcode", "RTP of one codec to RTP of another", act([&] { return transcode(o); }));
    transcodes
        .repeated("--from", o.codecs, "[PT=]CODEC",
                  "The codec of payload types that the stream does not name")
        .option("--to", o.to, "[PT=]CODEC", codec_help)
        .option("-o,--output", o.out, "FILE", "The RTP to write")
        .choice("--format", o.format, written,
                "The format of the RTP to write; by the name of FILE, or as the input, when auto")
        .flag("--bare", o.bare, "No #!rtp line before the frames")
        .number("--ssrc", o.ssrc, -1, UINT32_MAX, "N", "The SSRC to write; a random one when -1")
        .positional("IN", o.in, false, "RTP in RFC 4571 frames or rtpdump, or Ogg Opus, IVF or H.264");

    auto infos = app.subcommand("info", "What RTP holds, how long it is, and what was lost",
                                act([&] { return info(o, json); }));
    infos
        .repeated("-c,--codec", o.codecs, "[PT=]CODEC",
                  "The codec of payload types that the stream does not name")
        .choice("--format", o.format, formats,
                "The format of the RTP, instead of telling it by its first bytes")
        .flag("--json", json, "One JSON object a line")
        .positional("IN", o.in, false, "RTP in RFC 4571 frames or rtpdump, or Ogg Opus, IVF or H.264");

    app.subcommand("worker", "Transcode calls for rtc-breaker, which starts it",
                   act([] { return worker(); }));
    return app.run(argc, argv);
}
