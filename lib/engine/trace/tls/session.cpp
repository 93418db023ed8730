#include "engine/trace/tls/session.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "engine/trace/tls/hello.hpp"

namespace cord::engine::trace::tls {
namespace {

using base::Bytes;

constexpr std::size_t header_size = 5;
constexpr std::uint16_t tls12 = 0x0303;
constexpr std::uint16_t tls13 = 0x0304;
// Records that may be missing where a capture has a gap.
constexpr unsigned most_lost = 64;

// RFC 8446 section 5.1 and 5.2, RFC 5246 section 6.2.3: "The length MUST NOT exceed 2^14 + 2048."
std::optional<Record> record_at(Bytes b) {
    Record r;
    r.type = static_cast<ContentType>(b[0]);
    r.version = base::load16(&b[1]);
    const std::size_t length = base::load16(&b[3]);
    if (!looks_like_tls(b) || length > (1 << 14) + 2048)
        return std::nullopt;
    r.whole = b.first(std::min(b.size(), header_size + length));
    return r;
}

bool is_whole(const Record &r) { return r.whole.size() == header_size + base::load16(&r.whole[3]); }

void drop(std::vector<std::uint8_t> &from, std::size_t n) {
    from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(n));
}

} // namespace

bool looks_like_tls(Bytes b) { return b.size() >= 3 && b[0] >= 20 && b[0] <= 23 && b[1] == 3 && b[2] <= 4; }

Side side_of(Bytes front) {
    constexpr std::uint8_t client_hello = 1;
    return front.size() > header_size && front[0] == 22 && front[header_size] == client_hello ? Side::client
                                                                                              : Side::server;
}

void Session::push(Side side, Bytes data, bool after_gap) {
    if (hopeless())
        return;
    Direction &d = at(side);
    if (after_gap) {
        d.buffer.clear();
        d.handshake.clear();
        d.lost = true;
    }
    d.buffer.insert(d.buffer.end(), data.begin(), data.end());
    // What one side says may be what the other has waited for.
    run(side);
    run(side == Side::client ? Side::server : Side::client);
    if (d.buffer.size() > base::limits::trace_tls_waiting)
        give_up("its handshake was not captured");
}

std::optional<Session::Text> Session::take(Side side) {
    Direction &d = at(side);
    if (d.text.empty())
        return std::nullopt;
    Text out{std::move(d.text), std::exchange(d.text_after_gap, false)};
    d.text.clear();
    return out;
}

void Session::run(Side side) {
    while (!hopeless() && (at(side).lost ? find_record(side) : take_record(side)))
        ;
}

// False while there is nothing that could be read now.
bool Session::take_record(Side side) {
    Direction &d = at(side);
    if (d.buffer.size() < header_size)
        return false;
    const auto record = record_at(d.buffer);
    if (!record) {
        d.lost = true;
        return true;
    }
    // Who gives up lets go of the buffer.
    if (!is_whole(*record) || !handle(side, *record) || hopeless())
        return false;
    drop(d.buffer, record->whole.size());
    return true;
}

// After a gap: the first bytes that are a record, and are opened by the keys if there are keys.
bool Session::find_record(Side side) {
    Direction &d = at(side);
    const Bytes all(d.buffer);
    for (std::size_t i = 0; i + header_size <= all.size(); ++i) {
        const auto record = record_at(all.subspan(i));
        if (!record)
            continue;
        if (!is_whole(*record)) {
            drop(d.buffer, i);
            return false;
        }
        const bool good = d.protection ? open(side, *record) : handle(side, *record);
        if (hopeless())
            return false;
        if (good) {
            drop(d.buffer, i + record->whole.size());
            d.lost = false;
            return true;
        }
    }
    drop(d.buffer, all.size() - std::min(all.size(), header_size - 1));
    return false;
}

// False when it cannot be read before the server has answered.
bool Session::handle(Side side, const Record &record) {
    const bool change = record.type == ContentType::change_cipher_spec;
    const bool early =
        version_ == 0 && (record.type == ContentType::application || (change && side == Side::client));
    if (early) {
        if (!client_random_)
            give_up("its handshake was not captured");
        return false;
    }
    if (change) {
        change_cipher_spec(side);
        return true;
    }
    const bool closed = is_protected(side, record);
    if (hopeless())
        return false;
    if (!closed) {
        if (record.type == ContentType::handshake)
            handshake(side, record.body());
        else if (record.type == ContentType::application)
            ++failed_; // the change of cipher was not captured
        return true;
    }
    if (!open(side, record)) {
        ++failed_;
        // RFC 8446 section 4.2.10: early data come before a client's handshake, with keys of their own.
        const bool early_data = side == Side::client && at(side).epoch == Epoch::handshake;
        at(side).lost = !early_data;
    }
    return true;
}

// TLS 1.2: after ChangeCipherSpec; TLS 1.3: what calls itself application data, once the server has answered.
bool Session::is_protected(Side side, const Record &record) {
    if (version_ == tls13 && record.type == ContentType::application && at(side).epoch == Epoch::plain)
        enter(side, Epoch::handshake);
    return at(side).protection.has_value() && (version_ != tls13 || record.type == ContentType::application);
}

bool Session::open(Side side, const Record &record) {
    Direction &d = at(side);
    const bool after_gap = d.lost;
    const auto opened = d.protection->open(record, after_gap ? most_lost : 0);
    if (!opened)
        return false;
    d.text_after_gap |= after_gap;
    heard(side, *opened);
    return true;
}

void Session::heard(Side side, const Opened &opened) {
    if (opened.type == ContentType::application) {
        ++opened_;
        at(side).text += base::as_text(opened.text);
    } else if (opened.type == ContentType::handshake) {
        handshake(side, opened.text);
    }
}

// RFC 8446 section 4: type, a length of three bytes, body; several in a record, or one over several.
void Session::handshake(Side side, Bytes bytes) {
    auto &buffer = at(side).handshake;
    buffer.insert(buffer.end(), bytes.begin(), bytes.end());
    while (buffer.size() >= 4 && !hopeless()) {
        const std::size_t length = std::size_t{buffer[1]} << 16 | base::load16(&buffer[2]);
        if (length > base::limits::trace_tls_waiting) {
            buffer.clear();
            return;
        }
        if (buffer.size() < 4 + length)
            return;
        const std::vector<std::uint8_t> body(buffer.begin() + 4,
                                             buffer.begin() + 4 + static_cast<std::ptrdiff_t>(length));
        const std::uint8_t type = buffer[0];
        drop(buffer, 4 + length);
        message(side, type, body);
    }
}

void Session::message(Side side, std::uint8_t type, Bytes body) {
    constexpr std::uint8_t client_hello_type = 1;
    constexpr std::uint8_t server_hello_type = 2;
    constexpr std::uint8_t finished = 20;
    constexpr std::uint8_t key_update = 24;
    if (type == client_hello_type && side == Side::client)
        client_hello(body);
    else if (type == server_hello_type && side == Side::server)
        server_hello(body);
    else if (type == finished && at(side).epoch == Epoch::handshake)
        enter(side, Epoch::application);
    else if (type == key_update && at(side).epoch == Epoch::application)
        at(side).protection = at(side).protection->next();
}

void Session::client_hello(Bytes body) {
    if (const auto hello = ClientHello::parse(body))
        client_random_ = hello->random;
}

void Session::server_hello(Bytes body) {
    const auto hello = ServerHello::parse(body);
    if (!hello || hello->retry)
        return;
    server_random_ = hello->random;
    version_ = hello->version;
    suite_id_ = hello->suite;
    suite_ = find_suite(suite_id_);
    encrypt_then_mac_ = hello->encrypt_then_mac;
    if (!client_random_)
        give_up("its handshake was not captured");
    else if (version_ != tls12 && version_ != tls13)
        give_up("its version of TLS is not understood");
    else if (suite_ == nullptr)
        give_up("its cipher suite is not understood");
    else if (log_->empty())
        give_up("there is no key log");
    else if (!log_->knows(*client_random_))
        give_up("its secrets are not in the key log");
}

// RFC 5246 section 6.3: the key block has the MAC keys of client and server, then their keys, then their
// vectors. RFC 8446 section 5: in TLS 1.3 the message means nothing.
void Session::change_cipher_spec(Side side) {
    if (version_ != tls12)
        return;
    const Bytes master = log_->find("CLIENT_RANDOM", *client_random_);
    if (master.empty())
        return give_up("its secrets are not in the key log");
    std::vector<std::uint8_t> seed(server_random_.begin(), server_random_.end());
    seed.insert(seed.end(), client_random_->begin(), client_random_->end());
    const std::size_t key = crypto::key_size(suite_->cipher);
    const std::size_t vector = suite_->cipher == crypto::Cipher::chacha20_poly1305 ? 12 : 4;
    const auto block =
        crypto::tls12_prf(suite_->hash, master, "key expansion", seed, 2 * (suite_->mac + key + vector));
    const std::size_t own = side == Side::client ? 0 : 1;
    const Bytes keys = Bytes(block).subspan(2 * suite_->mac);
    at(side).protection = Protection::tls12(*suite_, keys.subspan(own * key, key),
                                            keys.subspan(2 * key + own * vector, vector), encrypt_then_mac_);
}

void Session::enter(Side side, Epoch epoch) {
    constexpr std::string_view labels[2][2] = {
        {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0"},
        {"SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"}};
    const std::string_view label = labels[static_cast<std::size_t>(side)][epoch == Epoch::handshake ? 0 : 1];
    const Bytes secret = log_->find(label, *client_random_);
    if (secret.empty())
        return give_up("its secrets are not in the key log");
    at(side).epoch = epoch;
    at(side).protection = Protection::tls13(*suite_, secret);
}

void Session::give_up(const char *why) {
    hopeless_ = why;
    for (Direction &d : directions_) {
        d.buffer = {};
        d.handshake = {};
    }
}

std::string Session::name() const {
    if (version_ == 0)
        return "TLS";
    const std::string version = version_ >= 0x0301 && version_ <= tls13
                                    ? fmt::format("TLS 1.{}", version_ - 0x0301)
                                    : fmt::format("TLS {:#06x}", version_);
    return version + ' ' +
           (suite_ != nullptr ? std::string(suite_->name) : fmt::format("{:#06x}", suite_id_));
}

std::string_view Session::outcome() const {
    if (hopeless_ != nullptr)
        return hopeless_;
    if (failed_ > 0)
        return opened_ > 0 ? "decrypted in part: some records could not be opened" : "its secrets do not fit";
    return opened_ > 0 ? "decrypted" : "nothing was said in it";
}

} // namespace cord::engine::trace::tls
