/*
 * Large unary calls one after the other: rpc_soak, channel_soak, long_lived_channel.
 *
 * The soaks, after the document: soak_iterations calls, each begun at least
 * soak_min_time_ms_between_rpcs after the one before, until soak_overall_timeout_seconds have
 * passed. A call fails by its status, its response, or by taking longer than
 * soak_per_iteration_max_acceptable_latency_ms. The case fails if not all calls were made in time,
 * or if more than soak_max_failures of them failed.
 */
#include <time.h>

#include "cases.h"

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void sleep_ms(double ms)
{
    if (ms <= 0)
        return;
    struct timespec pause = {(time_t)(ms / 1000), 0};
    pause.tv_nsec = (long)((ms - (double)pause.tv_sec * 1e3) * 1e6);
    nanosleep(&pause, NULL);
}

/* One iteration, which has `left_ms` until the test is over. Says how it went. */
static bool iterate(interop_client *client, bool new_channel, int number, double left_ms)
{
    double begin = now_ms();
    Grpc__Testing__SimpleRequest request = GRPC__TESTING__SIMPLE_REQUEST__INIT;
    grpc_c_client_context_set_timeout_ms(client->context, (int64_t)left_ms + 1);
    bool passed =
        (!new_channel || interop_client_connect(client)) && interop_call_large(client, &request);
    double latency = now_ms() - begin;
    bool in_time = latency <= client->soak_per_iteration_max_acceptable_latency_ms;
    fprintf(stderr, "iteration %d: %.3f ms, %s%s\n", number, latency,
            grpc_c_client_context_error(client->context), in_time ? "" : ", too slow");
    return passed && in_time;
}

static bool soak(interop_client *client, bool new_channel)
{
    EXPECT(client->soak_iterations > 0, "soak_iterations is 0");
    double end = now_ms() + client->soak_overall_timeout_seconds * 1e3;
    int done = 0, failures = 0;
    double left;
    while (done < client->soak_iterations && (left = end - now_ms()) > 0) {
        double begin = now_ms();
        failures += !iterate(client, new_channel, done, left);
        done++;
        if (done < client->soak_iterations)
            sleep_ms(begin + client->soak_min_time_ms_between_rpcs - now_ms());
    }
    EXPECT(done == client->soak_iterations, "%d of %d iterations in %d s", done,
           client->soak_iterations, client->soak_overall_timeout_seconds);
    EXPECT(failures <= client->soak_max_failures, "%d failures in %d iterations", failures, done);
    return true;
}

bool interop_rpc_soak(interop_client *client)
{
    return soak(client, false);
}

/* Before each call, the channel is torn down and built anew, which counts as latency. */
bool interop_channel_soak(interop_client *client)
{
    return soak(client, true);
}

/*
 * Not in the document any more. As C++ does it: soak_iterations large unary calls on one channel,
 * iteration_interval seconds apart, all of which succeed: a channel that idles stays usable.
 */
bool interop_long_lived_channel(interop_client *client)
{
    EXPECT(client->soak_iterations > 0, "soak_iterations is 0");
    for (int i = 0; i < client->soak_iterations; i++) {
        if (i > 0)
            sleep_ms(client->iteration_interval * 1e3);
        if (!interop_large_unary(client))
            return false;
    }
    return true;
}
