// Comments of the proto, made fit to stand in a C comment, whatever is in them.
#pragma once

#include <string>

namespace grpc_c
{

// The lines of a proto comment, without the blank ones around them, those after the first behind
// " * ", as the layout pass wants a comment's lines. They neither end the C comment nor begin
// another, splice no lines, spell no trigraph, and hold no control and no bidirectional formatting
// characters; what is not UTF-8 becomes '?'. Empty for an empty comment.
std::string clean_comment(const std::string &raw);

} // namespace grpc_c
