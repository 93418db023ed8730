// Test data: files of tests/data, read whole.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace cord::tests {

/// tests/data, or below it.
inline std::filesystem::path data(const std::string &below = {}) {
    const char *root = std::getenv("CORD_TEST_DATA");
    return std::filesystem::path(root ? root : "tests/data") / below;
}

inline std::string read_file(const std::filesystem::path &file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The files with this ending, at any depth, in order.
inline std::vector<std::filesystem::path> files(const std::filesystem::path &folder,
                                                const std::string &ending) {
    std::vector<std::filesystem::path> out;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && entry.path().extension() == ending)
            out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

/// LF becomes CRLF, as on the wire.
inline std::string with_crlf(const std::string &text) {
    std::string out;
    for (char c : text) {
        if (c == '\n' && (out.empty() || out.back() != '\r'))
            out += '\r';
        out += c;
    }
    return out;
}

} // namespace cord::tests
