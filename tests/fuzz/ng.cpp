// Messages for one ng core, separated by NUL, with a shell that has ports.
#include "engine/ng/core.hpp"

#include "base/text.hpp"
#include "engine/ng/envelope.hpp"

using namespace cord;
using namespace cord::engine::ng;

namespace {

class Shell {
  public:
    void give(std::string_view message) {
        (void)frame(message);
        now_.mono += std::chrono::seconds(1);
        core_.receive(1, message, "a", now_);
        for (auto effects = core_.take_effects(); !effects.empty(); effects = core_.take_effects())
            for (const Effect &effect : effects)
                act(effect);
    }

  private:
    static Config config() {
        Config out;
        const auto address = *base::IpAddress::parse("192.0.2.1");
        out.interfaces = {{"default", address, address, {}}};
        out.fingerprint = {"sha-256", "AA"};
        return out;
    }

    void act(const Effect &effect) {
        if (const auto *bind = std::get_if<BindPorts>(&effect)) {
            std::vector<BoundPort> ports;
            for (const PortNeed &need : bind->needs) {
                ports.push_back({++last_, {}, {*base::IpAddress::parse("192.0.2.1"), 4000}, false});
                if (need.pair)
                    ports.back().rtcp = ++last_;
            }
            core_.bound(bind->token, std::move(ports), now_);
        } else if (const auto *read = std::get_if<ReadStatistics>(&effect)) {
            core_.statistics(
                read->token,
                std::vector<std::optional<engine::media::SessionStatistics>>(read->sessions.size()), now_);
        }
    }

    base::SeededRandom random_{1};
    Core core_{config(), random_};
    base::Now now_{};
    engine::media::PortId last_ = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    Shell shell;
    base::split(base::as_text({data, size}), '\0', [&](std::string_view message) { shell.give(message); });
    return 0;
}
