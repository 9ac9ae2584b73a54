// Skeletons: sources that the plugin writes once, for people to go on with. protoc writes over what
// it finds, and does not tell a plugin where; so the plugin creates them itself.
#pragma once

#include <string>
#include <vector>

namespace grpc_c
{

// Creates FOLDER/NAME, with the folders that NAME needs below FOLDER, and nothing where that is
// there already, as a file or anything else. Appends to `errors` where it cannot be done.
void create_skeleton(const std::string &folder, const std::string &name, const std::string &text,
                     std::vector<std::string> &errors);

} // namespace grpc_c
