/* The version of the library that is linked, as opposed to that of the headers compiled against. */
#include <grpc-c/version.h>

const char *grpc_c_version(void)
{
    return GRPC_C_VERSION;
}
