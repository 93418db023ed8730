// The registrar of RFC 3261 section 10.3 with the flows of RFC 5626: what a REGISTER does to the location
// table, and what is answered once that is on disk.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "engine/locate/table.hpp"
#include "engine/registrar/answer.hpp"
#include "engine/registrar/contact.hpp"
#include "engine/registrar/gruu.hpp"
#include "wire/sip/message.hpp"

namespace cord::engine::registrar {

struct Limits {
    std::uint32_t min_expires = 60;
    std::uint32_t max_expires = 3600;
    std::uint32_t default_expires = 3600;
    std::size_t max_contacts = 10;             ///< Bindings of one address of record.
    std::vector<std::string> push_providers{}; ///< Services by which somebody wakes clients.
};

/// The answer to a REGISTER.
struct Answer {
    int code = 200;
    std::string_view reason = "OK";
    AnswerHeaders headers;
};

/// What a REGISTER comes to. Where there are changes, the answer waits until they are on disk.
struct Outcome {
    Answer answer;
    std::vector<locate::Change> changes;
};

/// The option tags that a 200 to REGISTER has in Supported. RFC 5627 section 5.2: "The registrar SHOULD NOT
/// include the 'gruu' option tag in the Require or Supported header field of the response."
inline constexpr std::string_view supported = "path, outbound";

class Registrar {
  public:
    Registrar(locate::Table &table, base::Random &random, GruuKey gruu_key)
        : table_(table), random_(random), gruu_key_(std::move(gruu_key)) {}

    void set_limits(const Limits &limits) { limits_ = limits; }

    /// `request` is an authorised REGISTER for user@domain, and `flow` the way back to its sender. The table
    /// is changed at once, so that what comes next sees it, and back again if `stored` tells that the changes
    /// of `token` could not be written.
    [[nodiscard]] Outcome process(const wire::sip::Message &request, std::string_view user,
                                  std::string_view domain, const transaction::Flow &flow, std::uint64_t token,
                                  base::Now now);

    void stored(std::uint64_t token, bool ok);

    /// Opens the temporary GRUUs that it gave out.
    [[nodiscard]] const GruuKey &gruu_key() const { return gruu_key_; }

    /// A connection died: its bindings go at once, but for those of clients that take connections at their
    /// Contact, and of those that can be woken by a push, which are not reachable until they register again.
    [[nodiscard]] std::vector<locate::Change> flow_closed(const transaction::Flow &flow);

  private:
    /// A change in flight, and what it replaced or removed.
    struct Undo {
        locate::Change change;
        std::optional<locate::Binding> before;
    };
    struct Registration;

    base::Result<std::vector<locate::Change>, Answer> plan(Registration &registration) const;
    base::Result<std::vector<locate::Change>, Answer>
    plan_removal_of_all(const Registration &registration) const;
    base::Result<std::vector<locate::Change>, Answer> plan_contacts(const Registration &registration) const;
    /// `taken` are the rows of bindings that other Contacts of the request are about.
    base::Result<locate::Change, Answer> plan_contact(const Registration &registration,
                                                      const Contact &contact,
                                                      const std::set<std::string> &taken) const;
    /// The Binding::gruus of a new one beside these.
    std::uint64_t gruus_for(const std::vector<locate::Binding> &bindings, const locate::Binding &fresh) const;
    void share_gruus(const locate::Binding &fresh);
    void apply(const std::vector<locate::Change> &changes, std::uint64_t token);
    static bool leads_to_itself(const Registration &registration, const Contact &contact);
    std::string gruu_params(const locate::Binding &binding);

    locate::Table &table_;
    base::Random &random_;
    GruuKey gruu_key_;
    Limits limits_;
    std::map<std::uint64_t, std::vector<Undo>> in_flight_;
};

} // namespace cord::engine::registrar
