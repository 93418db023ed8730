#include "io/resolve/dns.hpp"

#include <unbound.h>

#include <memory>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "io/resolve/rdata.hpp"

namespace cord::io::resolve {

using engine::resolve::DnsAnswer;
using engine::resolve::DnsQuestion;
using engine::resolve::RecordType;

namespace {

/// Numbers of the DNS: RFC 1035 section 3.2.2, RFC 3596, RFC 2782, RFC 3403.
int number(RecordType type) {
    switch (type) {
    case RecordType::a: return 1;
    case RecordType::aaaa: return 28;
    case RecordType::srv: return 33;
    case RecordType::naptr: return 35;
    }
    return 0;
}

constexpr int internet = 1;
constexpr int no_error = 0, no_such_name = 3;

void check(int code) {
    if (code != 0)
        throw std::runtime_error(ub_strerror(code));
}

struct ContextDelete {
    void operator()(ub_ctx *context) const { ub_ctx_delete(context); }
};
using Context = std::unique_ptr<ub_ctx, ContextDelete>;

Context make_context(const std::string &server) {
    Context context(ub_ctx_create());
    if (!context)
        throw std::runtime_error("out of memory");
    check(ub_ctx_async(context.get(), 1)); // a thread: the other way is to fork
    if (!server.empty()) {
        check(ub_ctx_set_fwd(context.get(), server.c_str()));
    } else {
        // A machine without these files asks the root servers, and knows no names of its own.
        ub_ctx_resolvconf(context.get(), nullptr);
        ub_ctx_hosts(context.get(), nullptr);
    }
    check(ub_ctx_set_option(context.get(), "do-not-query-localhost:", "no"));
    // It would say of itself that there is no name below `test`, where laboratories have theirs (RFC 6761
    // section 6.2).
    ub_ctx_zone_remove(context.get(), "test");
    return context;
}

DnsAnswer answer_of(RecordType type, int error, const ub_result *result) {
    DnsAnswer answer;
    answer.failed = error != 0 || !result || (result->rcode != no_error && result->rcode != no_such_name);
    if (answer.failed || !result->havedata)
        return answer;
    for (std::size_t i = 0; result->data[i]; ++i) {
        const auto *bytes = reinterpret_cast<const std::uint8_t *>(result->data[i]);
        if (auto record = parse_rdata(type, {bytes, static_cast<std::size_t>(result->len[i])}))
            answer.records.push_back(std::move(*record));
    }
    return answer;
}

} // namespace

struct Dns::Parts {
    struct Pending {
        Parts *parts;
        RecordType type;
        std::function<void(DnsAnswer)> then;
    };

    net::Loop &loop;
    std::unordered_map<const Pending *, std::unique_ptr<Pending>> pending;
    Context context; // ends before what its callbacks would point to
    net::Watch watch;
    bool waits = false;

    Parts(net::Loop &l, const std::string &server)
        : loop(l), context(make_context(server)), watch(loop, ub_fd(context.get())) {}

    static void on_result(void *data, int error, ub_result *result) {
        const std::unique_ptr<ub_result, decltype(&ub_resolve_free)> owner(result, ub_resolve_free);
        const auto *asked = static_cast<const Pending *>(data);
        auto taken = asked->parts->pending.extract(asked);
        taken.mapped()->then(answer_of(asked->type, error, result));
    }

    void wait() {
        if (std::exchange(waits, true))
            return;
        watch.when_readable([this] {
            waits = false;
            ub_process(context.get());
            if (!pending.empty())
                wait();
        });
    }
};

Dns::Dns(net::Loop &loop, const std::string &server) : parts_(std::make_unique<Parts>(loop, server)) {}

Dns::~Dns() = default;

void Dns::ask(const DnsQuestion &question, std::function<void(DnsAnswer)> then) {
    auto owned =
        std::make_unique<Parts::Pending>(Parts::Pending{parts_.get(), question.type, std::move(then)});
    Parts::Pending *asked = owned.get();
    const int error = ub_resolve_async(parts_->context.get(), question.name.c_str(), number(question.type),
                                       internet, asked, Parts::on_result, nullptr);
    if (error != 0) {
        parts_->loop.post([then = std::move(asked->then)] { then({.records = {}, .failed = true}); });
        return;
    }
    parts_->pending.emplace(asked, std::move(owned));
    parts_->wait();
}

} // namespace cord::io::resolve
