/* The ports in a channel's target; see target.h. */
#include "target.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* One "host:port", "[::1]:port" or "::1" of `size` bytes. What follows a last colon but is no
 * number is for core to judge, and so is an IPv6 address without brackets, which has no port. */
static bool is_out_of_range(const char *address, size_t size)
{
    const char *end = address + size;
    const char *port = end;
    while (port > address && port[-1] >= '0' && port[-1] <= '9')
        port--;
    if (port == end || port == address || port[-1] != ':')
        return false;
    const char *colon = port - 1;
    bool bare = memchr(address, ']', size) == NULL && memchr(address, ':', size) != colon;
    while (port < end && *port == '0')
        port++;
    return !bare && (end - port > 5 || strtoul(port, NULL, 10) > 65535);
}

bool grpc_c_target_has_port_out_of_range(const char *target)
{
    static const char *const schemes[] = {"dns:", "ipv4:", "ipv6:"};
    if (begins_with(target, "unix:") || begins_with(target, "unix-abstract:"))
        return false;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        const char *rest = target + strlen(schemes[i]);
        if (begins_with(target, schemes[i]) && strchr(rest, ':') != NULL) {
            target = rest;
            break;
        }
    }
    /* "//authority/" of a URI, whose path may begin with a slash of its own. */
    if (begins_with(target, "//"))
        target += 2 + strcspn(target + 2, "/");
    target += strspn(target, "/");
    for (;;) {
        size_t size = strcspn(target, ",?#");
        if (is_out_of_range(target, size))
            return true;
        if (target[size] != ',')
            return false;
        target += size + 1;
    }
}
