/* UTF-8 without NUL; see utf8.h. */
#include "utf8.h"

#include <string.h>

static const uint64_t ones = UINT64_C(0x0101010101010101);
static const uint64_t high_bits = UINT64_C(0x8080808080808080);

/* Eight bytes at a time, as long as they are ASCII: a byte that is 0 borrows from its high bit. */
static size_t skip_ascii(const uint8_t *bytes, size_t size)
{
    size_t position = 0;
    for (; size - position >= sizeof(uint64_t); position += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes + position, sizeof word);
        if (((word | (word - ones)) & high_bits) != 0)
            break;
    }
    return position;
}

/* The bytes of the character that begins here and is not ASCII; 0 for none. The second byte has a narrower range
 * behind some first ones: no overlong forms, no surrogates, nothing above U+10FFFF. */
static size_t character_size(const uint8_t *bytes, size_t left)
{
    uint8_t first = bytes[0];
    size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first < 0xc2 || first > 0xf4 || size > left)
        return 0;
    uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (bytes[1] < least || bytes[1] > most)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

bool grpc_c_utf8_is_c_string(const uint8_t *bytes, size_t size)
{
    for (size_t position = skip_ascii(bytes, size); position < size;) {
        if ((uint8_t)(bytes[position] - 1) < 0x7f) { /* most often */
            position++;
            continue;
        }
        size_t character = character_size(bytes + position, size - position);
        if (character == 0)
            return false;
        position += character;
    }
    return true;
}
