// Small things about strings that several parts of the plugin do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace grpc_c
{

using Lines = std::vector<std::string>;

// Joins with newlines between.
std::string join_lines(const Lines &lines);

// The lines of a text, without their newlines and the spaces at their ends.
Lines split_lines(std::string_view text);

bool starts_with(std::string_view text, std::string_view start);
bool ends_with(std::string_view text, std::string_view end);

// How many spaces a line begins with: all of it where there is nothing else.
size_t indent_of(std::string_view line);
std::string spaces(size_t count);

// ASCII, whatever the locale.
constexpr bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

constexpr bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

constexpr char to_upper(char c)
{
    return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}

constexpr char to_lower(char c)
{
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

// Without the spaces at its end, and at both ends.
std::string strip_end(std::string_view text);
std::string strip(std::string_view text);

} // namespace grpc_c
