#include "engine/trace/websocket.hpp"

#include <algorithm>

#include <zlib.h>

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace cord::engine::trace {
namespace {

using base::limits::trace_message;

constexpr std::uint8_t continuation = 0;
constexpr std::uint8_t binary = 2;
constexpr std::uint8_t connection_close = 8;
constexpr std::uint8_t pong = 10;

} // namespace

WebSocketFrame::Verdict WebSocketFrame::parse(std::string_view front) {
    base::ByteReader in(base::as_bytes(front));
    const std::uint8_t first = in.u8();
    const std::uint8_t second = in.u8();
    if (!in.ok())
        return Verdict::partial;
    fin = (first & 0x80) != 0;
    compressed = (first & 0x40) != 0;
    opcode = first & 0x0F;
    masked = (second & 0x80) != 0;
    payload = second & 0x7F;
    const bool known_opcode = opcode <= binary || (opcode >= connection_close && opcode <= pong);
    // RFC 6455 section 5.5: "All control frames MUST have a payload length of 125 bytes or less and MUST NOT
    // be fragmented."
    const bool bad_control = is_control() && (payload > 125 || !fin);
    if ((first & 0x30) != 0 || !known_opcode || bad_control)
        return Verdict::none;
    if (payload == 126)
        payload = in.u16();
    else if (payload == 127)
        payload = in.u64();
    if (masked)
        for (auto &k : key)
            k = in.u8();
    if (!in.ok())
        return Verdict::partial;
    header = in.at();
    return payload <= trace_message ? Verdict::complete : Verdict::none;
}

void WebSocketFrame::unmask(std::string &bytes) const {
    if (!masked)
        return;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(bytes[i] ^ static_cast<char>(key[i % 4]));
}

// RFC 7692 section 7.2.2: the message's bytes, then 0x00 0x00 0xff 0xff, through one inflate that keeps its
// window from message to message. A sender that promised not to look back at it does not, so the window never
// harms.
class WebSocketMessages::Inflater {
  public:
    Inflater() { ok_ = inflateInit2(&z_, -MAX_WBITS) == Z_OK; }
    ~Inflater() { inflateEnd(&z_); }
    Inflater(const Inflater &) = delete;
    Inflater &operator=(const Inflater &) = delete;

    [[nodiscard]] bool message(std::string in, std::string &out) {
        in.append("\x00\x00\xff\xff", 4);
        out.clear();
        z_.next_in = reinterpret_cast<Bytef *>(in.data());
        z_.avail_in = static_cast<uInt>(in.size());
        do {
            const std::size_t have = out.size();
            out.resize(have + 16'384);
            z_.next_out = reinterpret_cast<Bytef *>(&out[have]);
            z_.avail_out = 16'384;
            const int r = ok_ ? inflate(&z_, Z_SYNC_FLUSH) : Z_DATA_ERROR;
            out.resize(out.size() - z_.avail_out);
            if (r == Z_STREAM_END)
                ok_ = inflateReset(&z_) == Z_OK;
            else if (r != Z_OK && r != Z_BUF_ERROR)
                ok_ = false;
        } while (ok_ && z_.avail_out == 0 && out.size() <= trace_message);
        return ok_ && out.size() <= trace_message;
    }

  private:
    z_stream z_{};
    bool ok_ = false;
};

WebSocketMessages::WebSocketMessages() = default;
WebSocketMessages::~WebSocketMessages() = default;
WebSocketMessages::WebSocketMessages(WebSocketMessages &&) noexcept = default;
WebSocketMessages &WebSocketMessages::operator=(WebSocketMessages &&) noexcept = default;

void WebSocketMessages::reset() {
    open_ = false;
    message_.clear();
    inflater_.reset();
}

std::optional<std::string_view> WebSocketMessages::add(const WebSocketFrame &frame,
                                                       std::string_view payload) {
    // RFC 6455 section 5.4: "Control frames MAY be injected in the middle of a fragmented message."
    if (frame.is_control()) {
        ++counts_.control;
        return std::nullopt;
    }
    if (frame.opcode != continuation) {
        message_.clear();
        open_ = true;
        too_long_ = false;
        compressed_ = frame.compressed;
    }
    if (!open_) {
        ++counts_.orphans;
        return std::nullopt;
    }
    piece_.assign(payload);
    frame.unmask(piece_);
    too_long_ = too_long_ || message_.size() + piece_.size() > trace_message;
    if (!too_long_)
        message_ += piece_;
    if (!frame.fin)
        return std::nullopt;
    open_ = false;
    const auto whole = finished();
    ++(whole ? counts_.messages : counts_.damaged);
    return whole;
}

std::optional<std::string_view> WebSocketMessages::finished() {
    if (too_long_)
        return std::nullopt;
    if (!compressed_)
        return message_;
    if (!inflater_)
        inflater_ = std::make_unique<Inflater>();
    if (!inflater_->message(message_, piece_))
        return std::nullopt;
    return piece_;
}

} // namespace cord::engine::trace
