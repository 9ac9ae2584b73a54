// What cannot name a struct's member. See is_keyword in names.h.
#include "names.h"

#include <set>

namespace grpc_c
{

bool is_keyword(const std::string &name)
{
    static const std::set<std::string> keywords =
        {// C, up to C23
         "alignas", "alignof", "auto", "bool", "break", "case", "char", "const", "constexpr",
         "continue", "default", "do", "double", "else", "enum", "extern", "false", "float", "for",
         "goto", "if", "inline", "int", "long", "nullptr", "register", "restrict", "return",
         "short", "signed", "sizeof", "static", "static_assert", "struct", "switch", "thread_local",
         "true", "typedef", "typeof", "typeof_unqual", "union", "unsigned", "void", "volatile",
         "while",
         // C++, up to C++20, besides
         "and", "and_eq", "asm", "bitand", "bitor", "catch", "char16_t", "char32_t", "char8_t",
         "class", "co_await", "co_return", "co_yield", "compl", "concept", "const_cast",
         "consteval", "constinit", "decltype", "delete", "dynamic_cast", "explicit", "export",
         "friend", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "operator", "or",
         "or_eq", "private", "protected", "public", "reinterpret_cast", "requires", "static_cast",
         "template", "this", "throw", "try", "typeid", "typename", "using", "virtual", "wchar_t",
         "xor", "xor_eq",
         // macros of the standard headers; function-like ones too, for servicer->assert(…)
         "assert", "complex", "errno", "imaginary", "isfinite", "isinf", "isnan", "isnormal",
         "noreturn", "offsetof", "setjmp", "signbit", "stderr", "stdin", "stdout", "va_arg",
         "va_copy", "va_end", "va_start",
         // macros that gcc and clang define on their own unless told a strict standard
         "i386", "linux", "unix"};
    return keywords.count(name) != 0;
}

} // namespace grpc_c
