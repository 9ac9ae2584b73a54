/* The Greeter server in an epoll loop with a timer and the keyboard, all on one thread:
 * event_loop_server [ADDRESS [PATIENCE_MS]], by default [::]:50051 and five seconds. Calls wait for
 * a greeting to be typed; the timer says "Hello" where none is. Ends with its input. */
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

/* A call that waits for its answer, in its own memory. */
typedef struct Call {
    const Helloworld__HelloRequest *request;
    Helloworld__HelloReply *reply;
    grpc_c_server_context *context;
    struct Call *next;
} Call;

static Call *waiting;

static void say_hello(void *self, const Helloworld__HelloRequest *request,
                      Helloworld__HelloReply *reply, grpc_c_server_context *context)
{
    assert(pthread_equal(*(pthread_t *)self, pthread_self()));
    printf("%s is waiting\n", request->name);
    Call *call = grpc_c_server_context_alloc(context, sizeof *call);
    if (call != NULL)
        *call = (Call){request, reply, context, waiting}, waiting = call;
    else
        grpc_c_server_context_finish(context, GRPC_C_STATUS_RESOURCE_EXHAUSTED);
}

static void answer(const char *greeting)
{
    while (waiting != NULL) {
        Call *call = waiting;
        waiting = call->next;
        call->reply->message =
            grpc_c_server_context_printf(call->context, "%s, %s!", greeting, call->request->name);
        grpc_c_server_context_finish(call->context, GRPC_C_STATUS_OK);
    }
}

static void run(grpc_c_completion_queue *queue, long patience_ms)
{
    const struct timespec period = {patience_ms / 1000, patience_ms % 1000 * 1000000};
    const int calls = grpc_c_completion_queue_fd(queue), epoll = epoll_create1(0);
    const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_settime(timer, 0, &(struct itimerspec){period, period}, NULL);
    const int sources[] = {calls, timer, STDIN_FILENO};
    struct epoll_event event = {.events = EPOLLIN};
    for (int i = 0; i < 3; i++) {
        event.data.fd = sources[i];
        epoll_ctl(epoll, EPOLL_CTL_ADD, sources[i], &event);
    }
    setvbuf(stdin, NULL, _IONBF, 0); /* epoll does not see what stdio has read ahead */
    char line[256] = "";
    uint64_t ticks;
    for (; epoll_wait(epoll, &event, 1, -1) == 1 || errno == EINTR; event.data.fd = -1) {
        if (event.data.fd == calls)
            grpc_c_completion_queue_poll(queue, 0);
        else if (event.data.fd == timer && read(timer, &ticks, sizeof ticks) > 0)
            answer("Hello");
        else if (event.data.fd == STDIN_FILENO && fgets(line, sizeof line, stdin) == NULL)
            break;
        else if (event.data.fd == STDIN_FILENO && (line[strcspn(line, "\n")] = '\0') == '\0')
            answer(line);
    }
    answer("Goodbye");
    close(timer);
    close(epoll);
}

int main(int argc, char **argv)
{
    static const Helloworld__Greeter_AsyncServicer greeter = {.say_hello = say_hello};
    grpc_c_error error;
    pthread_t loop = pthread_self();
    grpc_c_completion_queue *queue = grpc_c_completion_queue_new();
    grpc_c_server *server = grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.completion_queue = queue));
    helloworld__greeter_add_async_servicer_to_server(&greeter, &loop, server);
    int port = grpc_c_server_add_insecure_port(server, argc > 1 ? argv[1] : "[::]:50051", &error);
    setvbuf(stdout, NULL, _IOLBF, 0);
    bool started = port != 0 && grpc_c_server_start(server, &error);
    if (!started)
        fprintf(stderr, "event_loop_server: %s\n", error.message);
    else if (printf("Greeter server listening on port %d\n", port) > 0)
        run(queue, argc > 2 ? strtol(argv[2], NULL, 10) : 5000);
    grpc_c_server_free(server);
    grpc_c_completion_queue_free(queue);
    return started ? EXIT_SUCCESS : EXIT_FAILURE;
}
