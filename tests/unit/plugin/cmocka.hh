// cmocka for C++: what it wants included first, and C linkage.
#pragma once

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <string>

extern "C" {
#include <cmocka.h>
}

#define assert_text(actual, expected) \
    assert_string_equal(std::string(actual).c_str(), std::string(expected).c_str())
