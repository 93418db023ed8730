#include "io/resolve/resolver.hpp"

#include <chrono>
#include <utility>

namespace cord::io::resolve {

using engine::resolve::Destination;
using engine::resolve::DnsAnswer;
using engine::resolve::DnsQuestion;
using engine::resolve::Hop;
using engine::resolve::NextHops;
using engine::resolve::Reach;

namespace {

/// Well inside timer B's 32 seconds, so that another way can still be tried.
constexpr auto patience = std::chrono::seconds(10);

} // namespace

struct Resolver::Parts {
    net::Loop &loop;
    Dns &dns;
    Reach reach;
    base::Random &random;
};

namespace {

/// One search, kept alive by the questions and the timer that lead back to it.
struct Search : std::enable_shared_from_this<Search> {
    NextHops hops;
    net::Timer timer;
    std::function<void(std::vector<Hop>)> then;

    Search(NextHops h, net::Loop &loop, std::function<void(std::vector<Hop>)> t)
        : hops(std::move(h)), timer(loop), then(std::move(t)) {}

    void go_on(Dns &dns, const std::weak_ptr<void> &owner) {
        for (const DnsQuestion &question : hops.take_questions())
            dns.ask(question, [self = shared_from_this(), &dns, owner, question](DnsAnswer answer) {
                if (owner.expired() || !self->then)
                    return;
                self->hops.answer(question, std::move(answer));
                self->go_on(dns, owner);
            });
        if (hops.done())
            finish();
    }

    void finish() {
        timer.cancel();
        if (auto call = std::exchange(then, nullptr))
            call(hops.hops());
    }
};

} // namespace

Resolver::Resolver(net::Loop &loop, Dns &dns, Reach reach, base::Random &random)
    : parts_(std::make_shared<Parts>(Parts{loop, dns, reach, random})) {}

Resolver::~Resolver() = default;

void Resolver::find(Destination destination, std::function<void(std::vector<Hop>)> then) {
    auto search = std::make_shared<Search>(NextHops(std::move(destination), parts_->reach, parts_->random),
                                           parts_->loop, std::move(then));
    search->timer.after(patience, [search] { search->finish(); });
    parts_->loop.post([search, &dns = parts_->dns, owner = std::weak_ptr<void>(parts_)] {
        if (!owner.expired())
            search->go_on(dns, owner);
    });
}

} // namespace cord::io::resolve
