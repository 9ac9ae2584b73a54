/*
 * What of a channel's target core would understand otherwise than its user.
 */
#ifndef GRPC_C_TARGET_H
#define GRPC_C_TARGET_H

#include <stdbool.h>

/** Whether an address in `target` has a port over 65535: core takes 99999 for 34463. */
bool grpc_c_target_has_port_out_of_range(const char *target);

#endif
