#include "io/db/url.hpp"

#include "base/text.hpp"

namespace cord::io::db {

base::Result<Url> parse_url(std::string_view text) {
    auto [scheme, rest] = base::cut(text, ':');
    if (rest.empty())
        return base::fail("a database is named by a URL such as sqlite:PATH");
    if (scheme == "postgresql" || scheme == "postgres")
        return Url{Engine::postgresql, std::string(rest)};
    if (scheme == "mysql")
        return Url{Engine::mysql, std::string(rest)};
    if (scheme == "odbc")
        return Url{Engine::odbc, std::string(rest)};
    if (scheme != "sqlite")
        return base::fail("the database's URL begins with none of sqlite:, postgresql:, mysql:, odbc:");

    if (rest.substr(0, 2) == "//") {
        // The host part between the second and the third slash is empty; Kamailio's users write a fourth.
        rest.remove_prefix(2);
        while (rest.substr(0, 2) == "//")
            rest.remove_prefix(1);
    }
    if (rest.empty() || rest.find_first_of(std::string_view("\"\0", 2)) != std::string_view::npos)
        return base::fail("the database's path is empty or holds a character that it cannot");
    return Url{Engine::sqlite, std::string(rest)};
}

std::string without_password(std::string_view url) {
    std::size_t at = url.rfind('@'), slashes = url.find("://");
    if (at == std::string_view::npos || slashes == std::string_view::npos || slashes > at)
        return std::string(url);
    std::size_t colon = url.find(':', slashes + 3);
    if (colon > at)
        return std::string(url);
    return std::string(url.substr(0, colon)) + std::string(url.substr(at));
}

} // namespace cord::io::db
