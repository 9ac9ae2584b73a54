// The layout pass, comments. See layout.h.
#include "layout.h"

#include <algorithm>

#include "utf8.h"

namespace grpc_c
{

namespace
{

// " * text" -> "text": the star, and one space.
std::string strip_star(const std::string &line)
{
    size_t at = indent_of(line);
    if (at < line.size() && line[at] == '*')
        at++;
    if (at < line.size() && line[at] == ' ')
        at++;
    return strip_end(line.substr(at));
}

// True for a line that goes on where the last one ended: no blank, no item of a list, no heading,
// and not indented otherwise.
bool continues(const std::string &line, size_t indent)
{
    if (line.empty() || indent_of(line) != indent)
        return false;
    const char first = line[indent];
    return (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '`' ||
           first == '(' || first == '"';
}

// Where to break `line` so that what is before fits; npos where there is no such place.
size_t break_of(const std::string &line, int width)
{
    const size_t indent = indent_of(line);
    size_t best = std::string::npos;
    for (size_t at = line.find(' ', indent); at != std::string::npos; at = line.find(' ', at + 1)) {
        if (best != std::string::npos && columns_of(line.substr(0, at)) > width)
            break;
        best = at;
    }
    return best;
}

// Breaks lines wider than `width`. What is broken off goes before the next line where that
// continues the text.
Lines fill(const Lines &lines, int width)
{
    Lines result;
    std::string rest; // broken off, with its indent
    for (const std::string &next : lines) {
        std::string line = next;
        if (!rest.empty() && continues(next, indent_of(rest)))
            line = rest + " " + strip(next);
        else if (!rest.empty())
            result.push_back(rest);
        rest.clear();
        while (columns_of(line) > width) {
            const size_t at = break_of(line, width);
            if (at == std::string::npos)
                break;
            result.push_back(strip_end(line.substr(0, at)));
            rest = std::string(indent_of(line), ' ') + strip(line.substr(at));
            line = rest;
        }
        if (rest.empty())
            result.push_back(line);
        rest = rest.empty() ? "" : line;
    }
    if (!rest.empty())
        result.push_back(rest);
    return result;
}

// The text between "/*" or "/**" and "*/", line by line.
Lines texts_of(const Lines &lines, size_t opener)
{
    Lines texts = lines;
    const size_t end = texts.back().rfind("*/");
    if (end != std::string::npos && (lines.size() > 1 || end >= opener))
        texts.back().erase(end);
    texts.front().erase(0, std::min(texts.front().size(), opener));
    for (std::string &text : texts)
        text = &text == &texts.front() ? strip(text) : strip_star(text);
    if (texts.size() > 1 && texts.back().empty())
        texts.pop_back();
    return texts;
}

} // namespace

Lines wrap_comment(const Lines &lines)
{
    const std::string indent = spaces(indent_of(lines.front()));
    const bool is_doc = starts_with(lines.front().substr(indent.size()), "/**");
    const std::string opener = indent + (is_doc ? "/**" : "/*");

    Lines texts = texts_of(lines, opener.size());
    const bool is_block = is_doc || (lines.size() > 1 && texts.front().empty());
    const std::string one_line = opener + " " + texts.front() + " */";
    if (texts.size() == 1 && !texts.front().empty() && fits(one_line))
        return {one_line};
    if (texts.front().empty())
        texts.erase(texts.begin());

    Lines result;
    if (is_block)
        result.push_back(opener);
    for (const std::string &text : fill(texts, column_limit - static_cast<int>(indent.size()) - 3))
        result.push_back(strip_end((result.empty() ? opener + " " : indent + " * ") + text));
    if (is_block || !fits(result.back() + " */"))
        result.push_back(indent + " */");
    else
        result.back() += " */";
    return result;
}

} // namespace grpc_c
