/*
 * What every server of the benchmarks has in common: PROGRAM MODE [--workers=N] [--lanes=N], a port
 * of the loopback that the system chose, printed on standard output, and a life that ends with
 * standard input.
 */
#ifndef SERVE_H
#define SERVE_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct serve_options {
    /** blocking, async, sync, callback: which of the program's servers. */
    const char *mode;
    /** Handlers at the same time, where that can be said. */
    int workers;
    /** Lanes, or completion queues with a thread each. */
    int lanes;
} serve_options;

/** Reads the command line; ends the program where it cannot. */
serve_options serve_parse(int argc, char **argv);

/** Prints the port, waits for the end of standard input, and ends the program as it is. */
void serve(int port);

/** What a slow handler does. */
void serve_sleep(int ms);

#ifdef __cplusplus
}
#endif

#endif
