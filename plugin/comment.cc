// Proto comments to C comments. See comment.h.
#include "comment.h"

#include "text.h"
#include "utf8.h"

namespace grpc_c
{

namespace
{

bool is_dropped(uint32_t code)
{
    const bool bidirectional = code == 0x61c || code == 0x200e || code == 0x200f ||
                               (code >= 0x202a && code <= 0x202e) ||
                               (code >= 0x2066 && code <= 0x2069);
    const bool line_separator = code == 0x2028 || code == 0x2029 || code == 0x85;
    return bidirectional || line_separator || code == 0xfeff;
}

// Control characters out, tabs to spaces, UTF-8 kept.
std::string clean_characters(const std::string &raw)
{
    std::string result;
    for (size_t at = 0; at < raw.size();) {
        const size_t begin = at;
        const uint32_t code = next_code_point(raw, at);
        if (code == '\t')
            result += "    ";
        else if (code == invalid_code_point)
            result += '?';
        else if (code == '\n' || (code >= 0x20 && code != 0x7f && !(code >= 0x80 && code < 0xa0) &&
                                  !is_dropped(code)))
            result.append(raw, begin, at - begin);
    }
    return result;
}

// A space into each "*/", "/*" and "??/".
std::string clean_sequences(const std::string &line)
{
    std::string result;
    for (size_t i = 0; i < line.size(); i++) {
        const char last = result.empty() ? '\0' : result.back();
        const bool delimiter = (last == '*' && line[i] == '/') || (last == '/' && line[i] == '*');
        const bool trigraph =
            line[i] == '/' && result.size() >= 2 && result.compare(result.size() - 2, 2, "??") == 0;
        if (delimiter || trigraph)
            result += ' ';
        result += line[i];
    }
    return result;
}

// Without the spaces and backslashes at its end.
std::string strip_splice(const std::string &line)
{
    return line.substr(0, line.find_last_not_of(" \\") + 1);
}

} // namespace

std::string clean_comment(const std::string &raw)
{
    Lines lines;
    for (const std::string &line : split_lines(clean_characters(raw))) {
        // "// text": the first space is the marker's.
        const bool spaced = !line.empty() && line.front() == ' ';
        lines.push_back(strip_splice(clean_sequences(line.substr(spaced ? 1 : 0))));
        if (lines.front().empty())
            lines.clear();
    }
    while (!lines.empty() && lines.back().empty())
        lines.pop_back();
    std::string result;
    for (const std::string &line : lines)
        result += (result.empty() ? "" : "\n * ") + line;
    return result;
}

} // namespace grpc_c
