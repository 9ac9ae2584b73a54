// Small things about strings. See text.h.
#include "text.h"

#include <algorithm>

namespace grpc_c
{

std::string join_lines(const Lines &lines)
{
    size_t size = 0;
    for (const std::string &line : lines)
        size += line.size() + 1;
    std::string result;
    result.reserve(size);
    for (const std::string &line : lines) {
        if (&line != &lines.front())
            result += '\n';
        result += line;
    }
    return result;
}

Lines split_lines(std::string_view text)
{
    Lines lines;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(strip_end(text.substr(begin, end - begin)));
        begin = end + 1;
    }
    return lines;
}

bool starts_with(std::string_view text, std::string_view start)
{
    return text.substr(0, start.size()) == start;
}

bool ends_with(std::string_view text, std::string_view end)
{
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

size_t indent_of(std::string_view line)
{
    return std::min(line.find_first_not_of(' '), line.size());
}

std::string spaces(size_t count)
{
    return std::string(count, ' ');
}

std::string strip_end(std::string_view text)
{
    return std::string(text.substr(0, text.find_last_not_of(' ') + 1));
}

std::string strip(std::string_view text)
{
    return strip_end(text.substr(indent_of(text)));
}

} // namespace grpc_c
