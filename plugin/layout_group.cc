// The layout pass, lists of parameters and arguments. See layout_group.h.
#include "layout_group.h"

#include <algorithm>

#include "utf8.h"

namespace grpc_c
{

namespace
{

// What clang-format makes of a break: 20 for each level of brackets, and what kind of break it is.
constexpr Penalty penalty_comma = 41;
constexpr Penalty penalty_parenthesis = 100000;
constexpr Penalty penalty_star = 200000;
constexpr Penalty penalty_overflow = 1000000;

bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The space before a parameter's star, or else before its name. Nowhere in an argument.
size_t name_in(std::string_view parameter)
{
    if (starts_with(parameter, "("))
        return std::string::npos;
    const size_t star = parameter.find(" *");
    return star != std::string::npos ? star : parameter.rfind(' ');
}

// Breaks the last line, which `item` ends, before the item's star or name; and behind its "struct",
// where that does not do.
void split_last(Wrapped &wrapped, std::string_view item, size_t name, size_t column)
{
    constexpr std::string_view keyword = "struct ";
    std::string &line = wrapped.lines.back();
    line.erase(line.size() - item.size() + name);
    wrapped.penalty += penalty_star;
    if (starts_with(item, keyword) && !fits(line)) {
        line.erase(line.size() - name + keyword.size() - 1);
        wrapped.lines.push_back(
            spaces(column).append(item.substr(keyword.size(), name - keyword.size())));
        wrapped.penalty += penalty_star;
    }
    wrapped.lines.push_back(spaces(column + step).append(item.substr(name + 1)));
}

// Puts the items behind `start`, as many on a line as fit, the others below at its end. A parameter
// that no line holds is broken before its star or name; the next one then starts a line.
Wrapped place(std::string_view start, const Group &group)
{
    const size_t column = start.size();
    Wrapped wrapped;
    wrapped.lines.emplace_back(start);
    bool is_first = true;
    bool is_broken = false;
    for (const std::string_view item : group.items) {
        std::string &last = wrapped.lines.back();
        const size_t name = name_in(item);
        const int width = columns_of(item);
        const bool splits =
            name != std::string::npos && static_cast<int>(column) + width > column_limit;
        if (is_first || (!is_broken && columns_of(last) + 1 + width <= column_limit)) {
            last += is_first ? "" : " ";
            last += item;
        } else {
            wrapped.lines.push_back(spaces(column).append(item));
            wrapped.penalty += penalty_comma;
        }
        is_first = false;
        is_broken = splits;
        if (splits)
            split_last(wrapped, item, name, column);
    }
    for (const std::string &line : wrapped.lines)
        wrapped.penalty += overflow_of(line);
    return wrapped;
}

} // namespace

Penalty overflow_of(std::string_view line)
{
    Penalty excess = 0;
    for (size_t i = column_limit; i < line.size(); i++)
        if (line[i] != ' ' && !(i + 1 < line.size() && is_word(line[i]) && is_word(line[i + 1])))
            excess += static_cast<Penalty>(i + 1) - column_limit;
    return excess * penalty_overflow;
}

std::optional<Group> last_group(std::string_view line)
{
    Group group;
    int depth = 0;
    size_t begin = 0;
    for (size_t i = 0; i < line.size(); i++) {
        if (line[i] == '(' && depth++ == 0) {
            begin = i + 1;
            group.head = line.substr(0, begin);
            group.items.clear();
        } else if (line[i] == ')') {
            depth--;
        } else if (line[i] == ',' && depth == 1) {
            group.items.push_back(line.substr(begin, i + 1 - begin));
            begin = std::min(line.find_first_not_of(' ', i + 1), line.size());
        }
    }
    if (group.head.empty())
        return std::nullopt;
    group.items.push_back(line.substr(begin));
    return group;
}

Wrapped wrap_group(const Group &group, size_t indent)
{
    Wrapped aligned = place(group.head, group);
    if (aligned.penalty <= penalty_parenthesis)
        return aligned;
    Wrapped below = place(spaces(indent + step), group);
    below.lines.insert(below.lines.begin(), std::string(group.head));
    below.penalty += penalty_parenthesis + overflow_of(group.head);
    return aligned.penalty <= below.penalty ? aligned : below;
}

} // namespace grpc_c
