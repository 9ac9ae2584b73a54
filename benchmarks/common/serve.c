/* See serve.h. */
#define _GNU_SOURCE
#include "serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

serve_options serve_parse(int argc, char **argv)
{
    serve_options options = {.mode = argc > 1 ? argv[1] : "", .workers = 10, .lanes = 0};
    for (int i = 2; i < argc; i++) {
        if (strncmp(argv[i], "--workers=", 10) == 0) {
            options.workers = (int)strtol(argv[i] + 10, NULL, 10);
        } else if (strncmp(argv[i], "--lanes=", 8) == 0) {
            options.lanes = (int)strtol(argv[i] + 8, NULL, 10);
        } else {
            fprintf(stderr, "%s: %s?\n", program_invocation_short_name, argv[i]);
            exit(2);
        }
    }
    return options;
}

void serve(int port)
{
    if (port == 0) {
        fprintf(stderr, "%s: no port\n", program_invocation_short_name);
        _exit(1);
    }
    printf("%d\n", port);
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    _exit(0);
}

void serve_sleep(int ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (ms > 0 && nanosleep(&left, &left) != 0)
        continue;
}
