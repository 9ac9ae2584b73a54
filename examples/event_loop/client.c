/* The Greeter client in an epoll loop, with a timer and the keyboard beside it, all on one thread:
 * event_loop_client [TARGET [TICK_MS]], by default localhost:50051 and a second. Each line typed is
 * a name and begins a call; the timer tells how many calls are under way. After the end of its
 * input, the client ends with the last call. */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <grpc-c/grpc-c.h>

#include "helloworld.grpc-c.h"

static Helloworld__Greeter_Stub stub;
static unsigned running;
static bool failed;
static pthread_t loop;

static void greeted(const Helloworld__HelloReply *reply, void *user_data)
{
    grpc_c_client_context *context = user_data;
    assert(pthread_equal(loop, pthread_self()));
    if (reply != NULL)
        printf("%s\n", reply->message);
    else
        fprintf(stderr, "SayHello: %s\n", grpc_c_client_context_error(context));
    failed |= reply == NULL;
    grpc_c_client_context_free(context);
    running--;
}

/* Greets whom the next line names. False at the end of the input. */
static bool greet_next(void)
{
    char line[256];
    if (fgets(line, sizeof line, stdin) == NULL)
        return false;
    line[strcspn(line, "\n")] = '\0';
    Helloworld__HelloRequest request = HELLOWORLD__HELLO_REQUEST__INIT;
    request.name = line;
    grpc_c_client_context *context = grpc_c_client_context_new();
    running++;
    if (!helloworld__greeter_stub__say_hello__async(&stub, &request, context, greeted, context))
        greeted(NULL, context);
    return true;
}

static void run(grpc_c_completion_queue *queue, long tick_ms)
{
    const struct timespec period = {tick_ms / 1000, tick_ms % 1000 * 1000000};
    const int calls = grpc_c_completion_queue_fd(queue), epoll = epoll_create1(0);
    const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_settime(timer, 0, &(struct itimerspec){period, period}, NULL);
    const int sources[] = {calls, timer, STDIN_FILENO};
    struct epoll_event event = {.events = EPOLLIN};
    for (int i = 0; i < 3; i++) {
        event.data.fd = sources[i];
        epoll_ctl(epoll, EPOLL_CTL_ADD, sources[i], &event);
    }
    bool reading = true;
    uint64_t ticks;
    for (; (reading || running > 0) && (epoll_wait(epoll, &event, 1, -1) == 1 || errno == EINTR);
         event.data.fd = -1) {
        if (event.data.fd == calls)
            grpc_c_completion_queue_poll(queue, 0);
        else if (event.data.fd == timer && read(timer, &ticks, sizeof ticks) > 0)
            printf("tick, with %u calls under way\n", running);
        else if (event.data.fd == STDIN_FILENO && !(reading = greet_next()))
            epoll_ctl(epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
    }
    close(timer);
    close(epoll);
}

int main(int argc, char **argv)
{
    loop = pthread_self();
    setvbuf(stdout, NULL, _IOLBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0); /* epoll does not see what stdio has read ahead */
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_channel *channel =
        grpc_c_insecure_channel_new(argc > 1 ? argv[1] : "localhost:50051",
                                    GRPC_C_CHANNEL_OPTIONS(.completion_queue = queue));
    stub = helloworld__greeter_stub(channel);
    puts("Whom to greet?");
    run(queue, argc > 2 ? strtol(argv[2], NULL, 10) : 1000);
    grpc_c_channel_free(channel);
    grpc_c_completion_queue_free(queue);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
