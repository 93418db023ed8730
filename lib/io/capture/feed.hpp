// A trace file as what it holds: SIP messages, and the datagrams between them that may be media. Every tool
// that reads traces reads them here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "engine/trace/decoder.hpp"
#include "io/capture/input.hpp"

namespace cord::io::capture {

class Feed {
  public:
    using Found = std::variant<engine::trace::SipRecord, engine::trace::Datagram>;

    [[nodiscard]] static Input::Result<Feed> open(const std::string &path, bool follow = false);

    /// Lines of a key log (SSLKEYLOGFILE), before the first packet is asked for.
    void add_secrets(std::string_view lines) { decoder_.add_secrets(lines); }
    /// The next of either, nothing at the end. Views live until the next call.
    [[nodiscard]] Input::Result<std::optional<Found>> next();

    [[nodiscard]] const Input &input() const { return input_; }
    [[nodiscard]] const engine::trace::Decoder &decoder() const { return decoder_; }

  private:
    explicit Feed(Input input) : input_(std::move(input)) {}

    Input input_;
    engine::trace::Decoder decoder_;
    engine::trace::Decoder::Found decoded_;
    std::size_t given_ = 0; // of decoded_.messages
    std::optional<InputError> error_;
    bool finished_ = false;
};

} // namespace cord::io::capture
