/*
 * What every client of the benchmarks has in common: the load it is to make, and what it measured.
 *
 * A client opens `connections` channels and waits until they are ready, calls load_begin(), and
 * keeps `outstanding` calls (or streams) busy while load_goes_on(), each one starting its next call
 * when its last has ended. load_end() prints one line of JSON.
 *
 * CPU time is that of whole processes, user and system, as the operating system counts it; of the
 * server too, on this machine. It is read at the two ends of the window that is measured.
 *
 * Threads: load_record, load_goes_on and load_hold may be called by any.
 */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum load_kind { LOAD_UNARY, LOAD_DOWNLOAD, LOAD_CHAT } load_kind;

typedef struct load_options {
    /** blocking, async, sync, callback: which of the program's clients. */
    const char *mode;
    const char *target;
    load_kind kind;
    int connections;
    int outstanding;
    /** Bytes of the body, there and back. */
    int size;
    /** Replies a download. */
    int count;
    /** Every so many calls one sleeps 50 ms in its handler; 0: none. */
    int slow_every;
    double warmup;
    /** The window; longer where too few calls end in it. */
    double seconds;
    int server_pid;
    /** Files in which the interposed malloc counts; NULL where it is not there. */
    const char *counts;
    const char *server_counts;
    /** One call, on a channel that is not waited for, and no window: how long a fresh process
     * takes. */
    bool once;
    /** Each call or stream stays as it is after its first message, until standard input ends. */
    bool hold;
    /** With hold: begins after a line on standard input, with no reply to be expected. */
    bool stall;
    /** Where no call has ended in the window: says so as its line and stays, to be looked at. */
    bool debug;
} load_options;

extern load_options load;

/** Reads the command line; ends the program where it cannot. */
void load_parse(int argc, char **argv);

/** The channels are ready: the window follows after the warm-up. */
void load_begin(void);

/** True until the window is over. */
bool load_goes_on(void);

int64_t load_now_ns(void);

/** How long the handler of the next call is to sleep. */
int load_next_sleep_ms(void);

/** A call, or a message of a stream, that began then is over now. */
void load_record(int64_t began_ns, bool slow);

/** With hold: this call, or stream, has been opened. Tells who waits when it was the last. */
void load_hold(void);

/** With hold: waits for the end of standard input and ends the program. Else waits for the window's
 * end, prints what was measured and ends the program, with no regard to what is still open. */
void load_end(void);

/** Says why, and ends the program. */
void load_fail(const char *what) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#endif
