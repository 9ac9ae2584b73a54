// The layout pass, lists of parameters and arguments, for layout_code.cc. See layout.h.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "layout.h"

namespace grpc_c
{

// "head(first, second);" in its parts. Views, of a line that outlives them.
struct Group {
    std::string_view head;               // up to the parenthesis and with it
    std::vector<std::string_view> items; // each with the comma, or what else follows it
};

// The last parenthesised list that is not inside of another. Nothing where there is none.
std::optional<Group> last_group(std::string_view line);

struct Wrapped {
    Lines lines;
    Penalty penalty = 0;
};

// The list on as many lines as it takes: below its first item, or all below the head, four columns
// in from `indent`.
Wrapped wrap_group(const Group &group, size_t indent);

} // namespace grpc_c
