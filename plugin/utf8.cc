// UTF-8. See utf8.h.
#include "utf8.h"

#include <cstring>

namespace grpc_c
{

uint32_t next_code_point(std::string_view text, size_t &at)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80)
        return first;
    const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || at + length - 1 > text.size())
        return invalid_code_point;
    uint32_t code = first & (0x7fu >> length);
    for (size_t i = 0; i < length - 1; i++) {
        const unsigned char next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xc0) != 0x80)
            return invalid_code_point;
        code = code << 6 | (next & 0x3fu);
    }
    if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return invalid_code_point;
    at += length - 1;
    return code;
}

// By words: most of what is laid out comes by here, and is.
static bool is_ascii(std::string_view text)
{
    constexpr uint64_t high_bits = 0x8080808080808080;
    uint64_t word = 0;
    size_t at = 0;
    for (; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & high_bits) != 0)
            return false;
    }
    word = 0;
    std::memcpy(&word, text.data() + at, text.size() - at);
    return (word & high_bits) == 0;
}

int columns_of(std::string_view text)
{
    // A character that clang-format does not know makes it count the line's bytes instead.
    constexpr uint32_t first_wide = 0x1100;
    constexpr uint32_t first_rare = 0xe000;
    if (is_ascii(text))
        return static_cast<int>(text.size());
    int columns = 0;
    bool rare = false;
    for (size_t at = 0; at < text.size();) {
        const uint32_t code = next_code_point(text, at);
        rare = rare || code >= first_rare;
        columns += code >= first_wide ? 2 : 1;
    }
    return rare ? static_cast<int>(text.size()) : columns;
}

} // namespace grpc_c
