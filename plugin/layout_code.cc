// The layout pass, lines of code. See layout.h.
#include "layout_group.h"

#include <algorithm>
#include <optional>

#include "utf8.h"

namespace grpc_c
{

namespace
{

// What clang-format makes of other breaks; see layout_group.h.
constexpr Penalty penalty_assignment = 22;
constexpr Penalty penalty_arrow = 170;

// -- kinds of lines --

Lines wrap_define(const std::string &line)
{
    const size_t value = line.find(' ', std::string_view("#define ").size());
    if (value == std::string::npos)
        return {line};
    return {line.substr(0, value) + " \\", spaces(step) + line.substr(value + 1)};
}

Lines wrap_conditional(const std::string &line, size_t question)
{
    const size_t colon = line.find(" : ", question);
    const std::string until_colon = line.substr(0, colon);
    const std::string otherwise = line.substr(colon + 1);
    if (columns_of(until_colon) <= column_limit)
        return {until_colon, spaces(question + 1) + otherwise};
    const std::string below = spaces(indent_of(line) + step);
    Lines lines = {line.substr(0, question),
                   below + line.substr(question + 1, colon - question - 1), below + otherwise};
    const size_t comparison = line.find(" != ");
    if (columns_of(lines.front()) > column_limit && comparison < question) {
        lines.front().erase(comparison + 3);
        lines.insert(lines.begin() + 1,
                     below + spaces(step) + line.substr(comparison + 4, question - comparison - 4));
    }
    return lines;
}

// "type *name =" and "(type *)value;", which is too long: the value goes below its cast; or stars,
// and names that have none, go below their types, where that reaches less far beyond the limit.
Lines wrap_cast(const Lines &below, size_t indent)
{
    const std::string &left = below.front();
    const std::string right = strip(below.back());
    const size_t cast = right.find(')') + 1;
    if (cast == 0)
        return below;
    const size_t star = left.rfind(" *");
    const bool starred = star != std::string::npos;
    const size_t name = starred ? star : left.rfind(' ', left.size() - 3);
    const std::string deep = spaces(indent + step);
    const std::string deeper = deep + spaces(step);
    const Lines kept = {left, deep + right.substr(0, cast), deeper + right.substr(cast)};
    const size_t end = starred ? cast - 3 : cast;
    const Lines moved = {left.substr(0, name), deep + left.substr(name + 1),
                         deeper + right.substr(0, end),
                         deeper + (starred ? " " : "") + spaces(step) + strip(right.substr(end))};
    return overflow_of(kept[0]) + overflow_of(kept[1]) <=
                   overflow_of(moved[0]) + overflow_of(moved[2])
               ? kept
               : moved;
}

// "type *name = &object->member;": whose type leaves no room for the name.
Lines wrap_long_type(const std::string &left, const std::string &value, size_t indent)
{
    const size_t star = left.rfind(" *");
    const std::string type = left.substr(0, star);
    const std::string name = spaces(indent + step) + left.substr(star + 1);
    if (fits(name + " " + value))
        return {type, name + " " + value};
    const std::string bare = spaces(indent + step) + left.substr(star + 2) + " " + value;
    if (fits(type + " *") && fits(bare))
        return {type + " *", bare};
    const std::string below = spaces(indent + step + step) + value;
    if (fits(below))
        return {type, name, below};
    const size_t arrow = below.find("->");
    return {type, name, below.substr(0, arrow),
            spaces(indent + 3 * step + 1) + below.substr(arrow)};
}

Lines wrap_assignment(const std::string &line, size_t equals)
{
    const size_t indent = indent_of(line);
    const std::string right = spaces(indent + step) + line.substr(equals + 3);
    const Lines below = {line.substr(0, equals + 2), right};
    const std::optional<Group> here = last_group(line);
    const std::optional<Group> there = last_group(right);
    if (!fits(below.front()) && starts_with(strip(right), "&") &&
        below.front().rfind(" *") != std::string::npos)
        return wrap_long_type(below.front(), strip(right), indent);
    const bool is_call = here && here->head[here->head.size() - 2] != ' ' && here->items.size() > 1;
    if (columns_of(right) <= column_limit)
        return below;
    if (!is_call)
        return wrap_cast(below, indent);
    const Wrapped kept = wrap_group(*here, indent);
    Wrapped moved = wrap_group(*there, indent + step);
    if (kept.penalty <= moved.penalty + penalty_assignment)
        return kept.lines;
    moved.lines.insert(moved.lines.begin(), below.front());
    return moved.lines;
}

// Where a declaration's name begins, before the parenthesis that ends `head`.
size_t name_of(std::string_view head)
{
    const size_t before = head.find_last_of(" *", head.size() - 2);
    return before == std::string::npos ? 0 : before + 1;
}

// "type (*name)(…": nothing fits but with the name on a line of its own.
Lines wrap_member(const Group &group, size_t indent)
{
    const size_t star = group.head.find("(*") + 1;
    const std::string head = spaces(indent + step).append(group.head.substr(star));
    Wrapped wrapped = wrap_group({head, group.items}, indent);
    wrapped.lines.insert(wrapped.lines.begin(), std::string(group.head.substr(0, star)));
    return wrapped.lines;
}

// "return object->function(…": the arrow goes below before the arguments do.
Lines wrap_member_call(const Group &group, size_t indent)
{
    const size_t arrow = group.head.find("->");
    const std::string head = spaces(indent + step).append(group.head.substr(arrow));
    const Wrapped whole = wrap_group(group, indent);
    Wrapped below = wrap_group({head, group.items}, indent + step);
    if (whole.penalty <= below.penalty + penalty_arrow)
        return whole.lines;
    below.lines.insert(below.lines.begin(), std::string(group.head.substr(0, arrow)));
    return below.lines;
}

// "return (type *)value;": the type goes below the parenthesis, the value below the cast, both, or
// the star below the type.
Lines wrap_returned_cast(const std::string &line, size_t indent)
{
    const size_t open = line.find('(') + 1;
    const size_t close = line.find(')') + 1;
    const std::string below = spaces(indent + step);
    const std::string opened = line.substr(0, open);
    const std::string type = below + line.substr(open, close - open);
    const std::string value = line.substr(close);
    if (fits(type + value))
        return {opened, type + value};
    if (fits(line.substr(0, close)))
        return {line.substr(0, close), below + value};
    if (fits(type))
        return {opened, type, below + value};
    const size_t star = type.rfind(" *");
    return {opened, type.substr(0, star), below + spaces(step) + type.substr(star + 1) + value};
}

// "MACRO type " before a declaration's name: clang-format then sees a declaration for certain, and
// gives the type a line of its own.
bool is_macro_and_type(std::string_view text)
{
    const size_t space = text.find(' ');
    return space != std::string::npos && space + 1 < text.size() &&
           text.find(' ', space + 1) == text.size() - 1 && text.find('*') == std::string::npos &&
           !starts_with(text, "static ") && !starts_with(text, "const ") &&
           !ends_with(text, " bool ") && !ends_with(text, " void ");
}

// "free(object->member.member);": before the last dot, where it does not fit below.
std::optional<Lines> wrap_member_argument(const Group &group, size_t indent)
{
    const std::string_view item = group.items.front();
    const size_t dot = item.rfind('.');
    if (group.items.size() != 1 || dot == std::string_view::npos ||
        fits(spaces(indent + step).append(item)))
        return std::nullopt;
    return Lines{std::string(group.head).append(item.substr(0, dot)),
                 spaces(group.head.size() + step).append(item.substr(dot))};
}

// "MACRO type *name(…", whose first two do not fit on a line: clang-format takes the macro for a
// line of its own. But not with "MACRO const type *", whose type and name go below where that
// reaches less far beyond the limit.
std::optional<Lines> wrap_macro_and_pointer(std::string_view type, const Group &rest)
{
    if (fits(type) || !ends_with(type, " *"))
        return std::nullopt;
    const size_t space = type.find(' ') + 1;
    const size_t constant = type.find(" const ");
    const std::string indented = spaces(step).append(rest.head);
    Wrapped kept = wrap_group(rest, 0);
    Wrapped moved = wrap_group({indented, rest.items}, step);
    if (is_macro_and_type(type.substr(0, type.size() - 1))) {
        kept.lines.insert(kept.lines.begin(), {std::string(type.substr(0, space - 1)),
                                               std::string(type.substr(space))});
        return kept.lines;
    }
    const std::string below = spaces(step).append(type.substr(std::min(constant + 7, type.size())));
    if (constant == std::string_view::npos ||
        kept.penalty + overflow_of(type) <= moved.penalty + overflow_of(below))
        return std::nullopt;
    moved.lines.insert(moved.lines.begin(), {std::string(type.substr(0, constant + 6)), below});
    return moved.lines;
}

Lines wrap_call(const Group &group, size_t indent)
{
    // clang-format leaves a short type, such as bool, where it is.
    constexpr size_t least_type = 6;
    const size_t name = name_of(group.head);
    if (columns_of(group.head) > column_limit && ends_with(group.head, ")("))
        return wrap_member(group, indent);
    if (group.head.find("->") != std::string::npos)
        return wrap_member_call(group, indent);
    std::string_view type = group.head.substr(0, name);
    const bool fits_head = columns_of(group.head) <= column_limit;
    if (indent != 0 || name < least_type || (fits_head && !is_macro_and_type(type)))
        return wrap_member_argument(group, indent).value_or(wrap_group(group, indent).lines);
    const Group rest{group.head.substr(name), group.items};
    const std::optional<Lines> below_macro = wrap_macro_and_pointer(type, rest);
    if (below_macro)
        return *below_macro;
    Lines lines = wrap_group(rest, indent).lines;
    if (fits_head && !(lines.size() == 1 && fits(lines.front())))
        return wrap_group(group, indent).lines;
    type = type.substr(0, type.find_last_not_of(' ') + 1);
    lines.insert(lines.begin(), std::string(type));
    return lines;
}

// The space before a binary operator of one character. Not every space is looked at, but every such
// character, of which there are few.
size_t find_operator(std::string_view line, char sign)
{
    for (size_t at = line.find(sign, 1); at != std::string_view::npos; at = line.find(sign, at + 1))
        if (line[at - 1] == ' ' && at + 1 < line.size() && line[at + 1] == ' ')
            return at - 1;
    return std::string_view::npos;
}

} // namespace

bool fits(std::string_view text)
{
    // Nothing is wider on a screen than in bytes.
    const bool is_short = text.size() <= column_limit || columns_of(text) <= column_limit;
    return is_short && text.find('\n') == std::string_view::npos;
}

Lines wrap_code(const std::string &line)
{
    if (fits(line))
        return {line};
    const size_t indent = indent_of(line);
    if (starts_with(line, "#define "))
        return wrap_define(line);
    if (line[indent] == '#' || starts_with(line, "} "))
        return {line};
    if (starts_with(line, "typedef struct ") && line.find('(') == std::string::npos) {
        const size_t tag = std::string_view("typedef struct ").size();
        const size_t name = ends_with(line, " {") ? tag : line.rfind(' ') + 1;
        const std::string below = spaces(step) + line.substr(name);
        if (fits(line.substr(0, name - 1)))
            return {line.substr(0, name - 1), below};
        return {line.substr(0, tag - 1), spaces(step) + line.substr(tag, name - tag - 1),
                spaces(step) + below};
    }
    const size_t question = find_operator(line, '?');
    if (question != std::string::npos)
        return wrap_conditional(line, question);
    const size_t equals = find_operator(line, '=');
    if (equals != std::string::npos)
        return wrap_assignment(line, equals);
    if (starts_with(line.substr(indent), "return ("))
        return wrap_returned_cast(line, indent);
    const std::optional<Group> group = last_group(line);
    if (group)
        return wrap_call(*group, indent);
    const size_t name = line.rfind(' ');
    if (ends_with(line, ";") && name > indent) // "type name;"
        return {line.substr(0, name), spaces(indent + step) + line.substr(name + 1)};
    return {line};
}

} // namespace grpc_c
