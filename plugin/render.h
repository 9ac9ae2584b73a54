// The model to text: chooses templates, fills them with names, and has the result laid out.
#pragma once

#include <string>

#include "model.h"
#include "options.h"

namespace grpc_c
{

struct Rendered {
    std::string header;
    std::string source;
};

// The generated files of `file`, which has passed check.h. Throws TemplateError.
Rendered render(const File &file, const Options &options);

} // namespace grpc_c
