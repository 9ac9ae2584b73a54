// Just enough UTF-8 for comments: code points and how wide they print.
#pragma once

#include <cstdint>
#include <string_view>

namespace grpc_c
{

// Reads the code point at `at` and moves `at` behind it. What is no UTF-8 reads as one byte, and
// yields `invalid_code_point`.
constexpr uint32_t invalid_code_point = 0xffffffff;
uint32_t next_code_point(std::string_view text, size_t &at);

// Columns on a screen: 1 for a letter, 2 for what may be wide (all beyond the alphabets), never
// less than clang-format reckons.
int columns_of(std::string_view text);

} // namespace grpc_c
