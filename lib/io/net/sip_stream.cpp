#include "io/net/sip_stream.hpp"

#include <array>

#include "io/net/clock.hpp"
#include "io/net/socket.hpp"

namespace cord::io::net {

SipStream::SipStream(Loop &loop, Stream stream, Flow flow, ConnectionOwner &owner,
                     const ConnectionLimits &limits, bool connecting)
    : Connection(std::move(flow), owner, limits), loop_(loop), stream_(std::move(stream)), timer_(loop),
      ours_(connecting), state_(connecting ? State::connecting : State::shaking), started_(now().mono),
      last_heard_(started_), begun_(started_) {}

// The stream's waits and the timer die with this object, so `this` is safe in them. What calls out keeps the
// object alive through `self`, for the owner may let go of it.

void SipStream::start() {
    watch_the_clock();
    if (state_ == State::connecting)
        stream_.when(Stream::Status::wait_writable, [this] { connected(); });
    else
        stream_.when(Stream::Status::wait_readable, [this] { shake(); });
}

void SipStream::connected() {
    if (connect_error(stream_.fd()) != 0)
        return die();
    state_ = State::shaking;
    shake();
}

void SipStream::shake() {
    auto self = shared_from_this();
    Stream::Status status = stream_.handshake();
    if (status == Stream::Status::wait_readable || status == Stream::Status::wait_writable)
        return stream_.when(status, [this] { shake(); });
    if (status != Stream::Status::done) {
        if (std::string why = stream_.distrust(); !why.empty())
            owner_.on_distrusted(*this, why);
        return die();
    }
    if (!ours_)
        look_at_client(stream_);
    state_ = State::open;
    flush();
    if (state_ != State::dead)
        read();
}

void SipStream::read() {
    auto self = shared_from_this();
    static thread_local std::array<std::uint8_t, 65'536> scratch; // the framer takes from it at once
    for (int rounds = 0; rounds < 4; ++rounds) {
        Stream::Moved moved = stream_.read(scratch);
        if (moved.status == Stream::Status::ended || moved.status == Stream::Status::failed)
            return die();
        if (moved.status != Stream::Status::done) {
            stream_.when(moved.status, [this] { read(); });
            return watch_the_clock();
        }
        if (state_ == State::closing)
            continue; // our last words are said: what still comes is read only so that they arrive
        last_heard_ = now().mono;
        if (framer_.pending() == 0)
            begun_ = last_heard_;
        framer_.push(base::as_text(base::Bytes(scratch.data(), moved.bytes)));
        take_frames();
        if (state_ == State::dead)
            return;
    }
    // A peer that never pauses must not keep the loop from others.
    loop_.post([self, this] {
        if (state_ != State::dead)
            read();
    });
}

void SipStream::take_frames() {
    while (state_ == State::open) {
        auto frame = framer_.next();
        if (!frame)
            return;
        opened();
        begun_ = last_heard_; // the next one, if more is there
        if (auto *message = std::get_if<wire::sip::Message>(&*frame))
            owner_.on_message(*this, base::as_bytes(message->bytes()));
        else if (std::holds_alternative<wire::sip::Ping>(*frame))
            // RFC 5626 section 4.4.1: "the server MUST reply with a single CRLF".
            send("\r\n", 0);
        else
            owner_.on_broken(*this, std::get<wire::sip::FrameError>(*frame));
    }
}

void SipStream::send(std::string bytes, std::uint64_t token) {
    bool takes = state_ != State::closing && state_ != State::dead;
    if (takes && !enqueue(std::move(bytes), token)) {
        takes = false;
        die_soon();
    }
    if (!takes) {
        if (token != 0)
            loop_.post([&owner = owner_, token] { owner.on_send_failed(token); });
        return;
    }
    if (state_ == State::open && !waiting_)
        flush();
}

void SipStream::flush() {
    waiting_ = false;
    while (state_ != State::dead && !queue_.empty()) {
        base::Bytes rest = base::as_bytes(queue_.front().bytes).subspan(sent_);
        Stream::Moved moved = stream_.write(rest);
        if (moved.status == Stream::Status::wait_readable || moved.status == Stream::Status::wait_writable) {
            waiting_ = true;
            return stream_.when(moved.status, [this] { flush(); });
        }
        if (moved.status != Stream::Status::done)
            return die_soon();
        sent_ += moved.bytes;
        if (sent_ == queue_.front().bytes.size()) {
            dequeue();
            sent_ = 0;
        }
    }
    if (state_ == State::closing)
        stream_.finish();
}

void SipStream::close() {
    if (state_ == State::closing || state_ == State::dead)
        return;
    if (state_ != State::open)
        return die_soon();
    state_ = State::closing;
    armed_for_ = now().mono + limits_.linger;
    timer_.at(armed_for_, [this] { die(); });
    if (!waiting_)
        flush();
}

void SipStream::die() {
    if (state_ == State::dead)
        return;
    auto self = shared_from_this();
    state_ = State::dead;
    timer_.cancel();
    gone();
}

/// For use within `send` and `close`, from which the owner must not be called.
void SipStream::die_soon() {
    loop_.post([self = shared_from_this(), this] { die(); });
}

base::Time SipStream::deadline() const {
    if (!is_open())
        return started_ + limits_.half_open;
    return framer_.pending() > 0 ? begun_ + limits_.stuck : last_heard_ + limits_.idle;
}

/// The timer is moved only when it must come earlier; when it comes too early it is set again.
void SipStream::watch_the_clock() {
    if (state_ == State::closing || state_ == State::dead || deadline() >= armed_for_)
        return;
    armed_for_ = deadline();
    timer_.at(armed_for_, [this] {
        if (now().mono >= deadline())
            return die();
        armed_for_ = base::never;
        watch_the_clock();
    });
}

} // namespace cord::io::net
