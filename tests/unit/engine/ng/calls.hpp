// Descriptions as browsers and phones make them, the commands that carry them, and what is read of the
// results.
#pragma once

#include <string>
#include <vector>

#include "bench.hpp"

namespace cord::test {

/// The description of a message that a client was seen to send: a file below clients/.
std::string recorded(const std::string &name);

extern const std::string browser_audio;
extern const std::string browser_av;
extern const std::string browser_answer;
extern const std::string phone_offer;
extern const std::string phone_answer;

/// A description of one audio section, with these lines in it.
std::string audio(const std::vector<std::string> &media, const std::string &line = "m=audio 4000 RTP/AVP 8");

/// Who sends a description, and to whom, as far as that is known.
struct Tags {
    std::string from;
    std::string to;
};
extern const Tags from_caller; ///< Within a call.
extern const Tags from_callee;

Dict offer(const std::string &sdp, const Dict &more = {}, const Tags &tags = {"f", ""});
Dict answer(const std::string &sdp, const Dict &more = {}, const Tags &tags = {"f", "t"});

/// What a script asks for, by whom the offer goes to.
extern const Dict to_phone;
extern const Dict to_browser;

/// Offers and answers; gives what the caller is told in the end.
std::string established(Bench &bench, const std::string &offered = phone_offer,
                        const Dict &towards = to_phone, const std::string &answered = phone_answer);

/// Whether a reply says that it was done, and nothing else.
bool is_done(const Dict &reply);

/// An attribute of the first section.
std::string value(const std::string &sdp, std::string_view attribute);
std::string m_line(const std::string &sdp, std::size_t section = 0);

/// "8->8 126->101 opus:111->0" for what comes from a side.
std::string rules(const Plan &plan, std::size_t side, std::size_t section = 0);

} // namespace cord::test
