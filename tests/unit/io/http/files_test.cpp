#include "io/http/files.hpp"

#include <filesystem>
#include <fstream>

#include "support/catch.hpp"
#include "support/folder.hpp"

using namespace cord::io::http;
namespace fs = std::filesystem;

namespace {

struct Site {
    Site() {
        fs::create_directories(root + "/sub");
        std::ofstream(root + "/index.html") << "<p>phone";
        std::ofstream(root + "/phone.js") << "1";
        std::ofstream(root + "/with space.txt") << "2";
        std::ofstream(above + "/secret.txt") << "secret";
        std::ofstream(above + "/www-other.txt") << "secret";
        fs::create_symlink(above + "/secret.txt", root + "/link.txt");
    }
    cord::tests::Folder folder;
    std::string above = folder.path, root = above + "/www";
};

std::string header(const Response &r, std::string_view name) {
    for (const auto &[n, v] : r.headers)
        if (n == name)
            return v;
    return "";
}

} // namespace

TEST_CASE("files with their types, and index.html for a folder") {
    Site site;
    Files files(site.root);
    CHECK(files.answer({"GET", "/", ""}).body == "<p>phone");
    CHECK(header(files.answer({"GET", "/?x=1", ""}), "Content-Type") == "text/html; charset=utf-8");
    CHECK(header(files.answer({"GET", "/phone.js", ""}), "Content-Type") == "text/javascript; charset=utf-8");
    CHECK(files.answer({"GET", "/with%20space.txt", ""}).body == "2");
    CHECK(files.answer({"GET", "/sub", ""}).status == 404);
    CHECK(files.answer({"GET", "/none", ""}).status == 404);
    CHECK(files.answer({"HEAD", "/", ""}).head_only);
}

TEST_CASE("nothing outside the folder, by dots, escapes or links") {
    Site site;
    Files files(site.root);
    for (const char *target :
         {"/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/sub/../../secret.txt", "/link.txt",
          "/../www-other.txt", "//etc/passwd", "etc/passwd", "", "/%", "/%0", "/%00", "/index.html%00.js"}) {
        INFO(target);
        CHECK(files.answer({"GET", target, ""}).status == 404);
    }
}

TEST_CASE("an unchanged file is not sent again") {
    Site site;
    Files files(site.root);
    const std::string tag = header(files.answer({"GET", "/", ""}), "ETag");
    CHECK(files.answer({"GET", "/", tag}).status == 304);
    CHECK(files.answer({"GET", "/", "\"other\", W/" + tag}).status == 304);
    CHECK(files.answer({"GET", "/", "\"other\""}).status == 200);
}

TEST_CASE("other methods are refused, and health is told without files") {
    CHECK(Files("").answer({"POST", "/", ""}).status == 405);
    CHECK(Files("").answer({"GET", "/healthz", ""}).body == "ok\n");
    CHECK(Files("").answer({"GET", "/", ""}).status == 404);
    CHECK(Files("/nonexistent").answer({"GET", "/", ""}).status == 404);
}
