// A fuzz target without libFuzzer: a fixed number of runs, each on one of the seeds after one to
// eight mutations, the same ones each time. For compilers other than clang, and for the tests.
//
// usage: [SEED=NUMBER] NAME_mutations [--runs=NUMBER] FOLDER-OF-SEEDS
//        NAME_mutations FILE   (one run, such as on the input that a failed run has kept)
//
// A run that does not return leaves its input in the file `crash`, in the current folder.
#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                                                size_t max_size, unsigned seed);
extern "C" void __sanitizer_set_death_callback(void (*callback)());

namespace
{

namespace fs = std::filesystem;
using Bytes = std::vector<uint8_t>;

constexpr size_t max_size = 65536;
Bytes input;

void keep_input()
{
    std::ofstream("crash", std::ios::binary)
        .write(reinterpret_cast<const char *>(input.data()),
               static_cast<std::streamsize>(input.size()));
    std::fprintf(stderr, "the input is in the file crash\n");
}

Bytes read(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Bytes> read_seeds(const fs::path &folder)
{
    std::vector<fs::path> paths;
    for (const fs::directory_entry &entry : fs::directory_iterator(folder))
        paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<Bytes> seeds;
    for (const fs::path &path : paths)
        seeds.push_back(read(path));
    return seeds;
}

// For targets that have no mutator of their own: a byte or a bit changes, or a piece of up to eight
// bytes goes, comes twice, or comes from elsewhere.
void mutate_bytes(std::mt19937 &random)
{
    const size_t size = input.size();
    if (size == 0) {
        input.push_back(static_cast<uint8_t>(random()));
        return;
    }
    const size_t at = random() % size;
    const size_t length = std::min<size_t>(1 + random() % 8, size - at);
    const Bytes piece(input.begin() + static_cast<std::ptrdiff_t>(at),
                      input.begin() + static_cast<std::ptrdiff_t>(at + length));
    const auto to = input.begin() + static_cast<std::ptrdiff_t>(random() % (size + 1));
    // Few messages bear a change of their length.
    switch (random() % 10) {
    case 0:
    case 1:
    case 2:
        input[at] = static_cast<uint8_t>(random());
        break;
    case 3:
        input.erase(input.begin() + static_cast<std::ptrdiff_t>(at),
                    input.begin() + static_cast<std::ptrdiff_t>(at + length));
        break;
    case 4:
        input.insert(to, piece.begin(), piece.end());
        break;
    case 5:
        input.insert(to, length, static_cast<uint8_t>(random()));
        break;
    default:
        input[at] ^= static_cast<uint8_t>(1U << random() % 8);
        break;
    }
}

void mutate_input(const Bytes &seed, std::mt19937 &random)
{
    input = seed;
    for (unsigned left = 1 + random() % 4; left > 0; left--) {
        if (LLVMFuzzerCustomMutator == nullptr) {
            mutate_bytes(random);
            continue;
        }
        const size_t size = input.size();
        input.resize(std::max(size, max_size));
        input.resize(
            LLVMFuzzerCustomMutator(input.data(), size, max_size, static_cast<unsigned>(random())));
    }
}

} // namespace

int main(int argc, char **argv)
{
    long runs = 1;
    if (argc == 3 && std::strncmp(argv[1], "--runs=", 7) == 0)
        runs = std::strtol(argv[1] + 7, nullptr, 10);
    else if (argc != 2)
        return 2;
    const fs::path path = argv[argc - 1];
    __sanitizer_set_death_callback(keep_input);
    std::signal(SIGABRT, [](int) { keep_input(); });
    if (!fs::is_directory(path)) {
        input = read(path);
        LLVMFuzzerTestOneInput(input.data(), input.size());
        return 0;
    }
    const char *const seed = std::getenv("SEED");
    std::mt19937 random(seed == nullptr ? 1
                                        : static_cast<unsigned>(std::strtoul(seed, nullptr, 10)));
    const std::vector<Bytes> seeds = read_seeds(path);
    if (seeds.empty())
        return 2;
    long accepted = 0;
    for (long run = 0; run < runs; run++) {
        mutate_input(seeds[random() % seeds.size()], random);
        accepted += LLVMFuzzerTestOneInput(input.data(), input.size()) == 0;
    }
    std::printf("%ld runs, the input was accepted in %ld\n", runs, accepted);
    // A target that refused nearly all would look at little.
    return accepted > runs / 10 ? 0 : 1;
}
