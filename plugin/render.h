// The model to text: chooses templates, fills them with names, and has the result laid out.
#pragma once

#include <string>
#include <vector>

#include "model.h"
#include "options.h"
#include "template.h"

namespace grpc_c
{

struct RenderedFile {
    std::string name;
    std::string text;
};

// The generated files of `file`, which has passed check.h. Throws TemplateError.
std::vector<RenderedFile> render(const File &file, const Options &options,
                                 const Templates &templates);

// A server to fill in, for those of `file`'s services that it has. Likewise.
std::string render_skeleton(const File &file, const Options &options, const Templates &templates);

} // namespace grpc_c
