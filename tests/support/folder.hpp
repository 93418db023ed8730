// A folder of a test's own, which goes with its owner.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace cord::tests {

struct Folder {
    Folder() : path((std::filesystem::temp_directory_path() / "cord-test-XXXXXX").string()) {
        if (::mkdtemp(path.data()) == nullptr)
            throw std::runtime_error("no folder can be made at " + path);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;

    std::string path;
};

} // namespace cord::tests
