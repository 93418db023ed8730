// Trace files opened, whatever they are: pcap, pcapng and NDJSON, gzipped or not, from a path or from stdin,
// finished or still growing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "engine/trace/reader.hpp"

namespace cord::io::capture {

struct InputError {
    enum class Kind {
        unreadable, ///< The system says no.
        unknown,    ///< No format that we know.
        damaged,    ///< Readable up to here.
    };
    Kind kind;
    std::string text; ///< Begins with the input's name.
};

class Input {
  public:
    using Found = std::variant<engine::trace::Packet, engine::trace::SipRecord, engine::trace::Secrets>;
    template <class T>
    using Result = base::Result<T, InputError>;

    /// "-" is stdin. With `follow`, the end of a regular file is waited at: it may grow.
    [[nodiscard]] static Result<Input> open(const std::string &path, bool follow = false);
    Input(Input &&) noexcept;
    Input &operator=(Input &&) noexcept;
    ~Input();

    /// The next packet, message or key log, nothing at the end. Views live until the next call.
    [[nodiscard]] Result<std::optional<Found>> next();

    [[nodiscard]] engine::trace::FileKind kind() const;
    /// At the end: whether the capture was ended in the middle of a packet.
    [[nodiscard]] bool cut_short() const;
    [[nodiscard]] engine::trace::FileFacts facts() const;
    /// Lines that made no sense.
    [[nodiscard]] std::size_t skipped() const;

  private:
    class Source;
    explicit Input(std::unique_ptr<Source> source);
    [[nodiscard]] Result<bool> begin();

    std::unique_ptr<Source> source_;
    std::unique_ptr<engine::trace::Reader> reader_;
    engine::trace::FileKind kind_ = engine::trace::FileKind::unknown;
    bool cut_short_ = false;
};

} // namespace cord::io::capture
