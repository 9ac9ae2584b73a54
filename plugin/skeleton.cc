// Skeletons. See skeleton.h.
#include "skeleton.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace grpc_c
{

namespace fs = std::filesystem;

void create_skeleton(const std::string &folder, const std::string &name, const std::string &text,
                     std::vector<std::string> &errors)
{
    const fs::path path = fs::path(folder) / name;
    const auto fail = [&](const std::string &what) {
        errors.push_back("option skeleton=DIR: " + path.string() + ": " + what);
    };
    std::error_code fault;
    // Its own folder must be there: a misspelt one would hide that the file has been written
    // before.
    if (!fs::is_directory(folder, fault))
        return fail("there is no folder " + folder);
    fs::create_directories(path.parent_path(), fault);
    // "x": the system itself sees to it that nothing is written over.
    std::FILE *file = std::fopen(path.c_str(), "wx");
    if (file == nullptr && errno == EEXIST)
        return;
    if (file == nullptr)
        return fail(std::strerror(errno));
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    if (std::fclose(file) != 0 || !written) {
        std::remove(path.c_str());
        fail("cannot be written");
    }
}

} // namespace grpc_c
