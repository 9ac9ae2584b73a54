// The layout pass: wraps what is longer than 100 columns as clang-format 14 does with our
// .clang-format, so that templates can show each declaration and comment on one line, and generated
// code is formatted whatever the names are. clang-format itself is not run.
//
// It knows the kinds of lines that the templates hold, not C:
//   comments        filled; "/**" and "*/" stand alone where there are several lines
//   #define         the value below the name, left whole however long
//   calls, heads    arguments as many as fit, below the first; where one would not fit there, all
//                   below the line, four columns in; where the name would not fit either, a
//                   declaration's name goes below its type first; a parameter that no line holds
//                   is broken before its star, or its name
//   a = b           b below, where that is better than to break b
//   (type *)value   the value below its cast, the star below its type
//   (type)value     the value below its cast, the name that it is for below its type
//   a ? b : c       c below b, or both below a
//   ... x[] = {     x below its type, and all up to the closing brace four columns further in
//   typedef struct A B
//   typedef void (*name)(…
// It also drops blank lines before "}", after "{" and at both ends, and all but one elsewhere.
//
// Not matched, since clang-format then tears type, star, cast and name apart: services whose C type
// is longer than about 65 characters, messages and methods whose C name is longer than about 75.
// Such lines are left long. tests/golden/layout.bats tries all lengths below, of all kinds of
// methods, with mocks, skeletons and export macros, too: those of five letters and more, which
// clang-format takes for macros.
#pragma once

#include <string>
#include <string_view>

#include "text.h"

namespace grpc_c
{

constexpr int column_limit = 100;
constexpr int step = 4;

// Lays out a whole file, which may come in pieces, and ends it with one newline.
std::string lay_out(const std::vector<std::string_view> &pieces);
inline std::string lay_out(std::string_view text)
{
    return lay_out(std::vector<std::string_view>{text});
}

// True when `text` is a single line within the limit.
bool fits(std::string_view text);

// -- the parts, for each other and for tests --

// What clang-format makes of a line that is too long: each token beyond the limit costs, by how far
// beyond it ends. 0 for a line that fits.
using Penalty = long long;
Penalty overflow_of(std::string_view line);

// One line of code, wrapped.
Lines wrap_code(const std::string &line);

// One comment, from the line with its "/*" to that with its "*/", wrapped.
Lines wrap_comment(const Lines &lines);

} // namespace grpc_c
