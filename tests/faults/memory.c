/*
 * Every allocation of ours fails once, in turn, while servers of each kind answer calls of each
 * kind: a constructor returns NULL, a call ends with RESOURCE_EXHAUSTED, and the next time all is
 * well. LeakSanitizer sees to the rest. Prints how many sites and runs there were.
 *
 * usage: memory KEY CERTIFICATE ROOT   (PEM files, for localhost)
 */
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "load.grpc-c-mock.h"
#include "memory_calls.h"
#include "memory_service.h"

enum { most_seconds_of_a_run = 60, most_runs = 5000 };

/* Blocking servicers over TLS, async ones with call credentials over a unix socket, and async ones
 * on a user's queue without any. */
typedef enum kind { blocking, async, on_queue, kinds } kind;

static grpc_c_tls_key_pair key_pair;
static const char *root;
static char socket_address[64];

/* ---- a server and its client ---- */

static void make_credentials(kind kind, grpc_c_server_credentials **ret_server,
                             grpc_c_channel_credentials **ret_channel)
{
    if (kind == blocking) {
        memory_again(*ret_server,
                     grpc_c_tls_server_credentials_new(GRPC_C_TLS_SERVER_OPTIONS(.key_pair =
                                                                                     key_pair),
                                                       NULL));
        memory_again(*ret_channel,
                     grpc_c_tls_channel_credentials_new(GRPC_C_TLS_CHANNEL_OPTIONS(
                                                                .root_certificates_file = root,
                                                                .host_name_override = "localhost"),
                                                        NULL));
    } else if (kind == async) {
        memory_again(*ret_server,
                     grpc_c_local_server_credentials_new(GRPC_C_LOCAL_CONNECTIONS_UNIX));
        memory_again(*ret_channel,
                     grpc_c_local_channel_credentials_new(GRPC_C_LOCAL_CONNECTIONS_UNIX));
    } else {
        memory_again(*ret_server, grpc_c_insecure_server_credentials_new());
        memory_again(*ret_channel, grpc_c_insecure_channel_credentials_new());
    }
}

/* Answers at once. */
static void give_metadata(grpc_c_call_credentials_request request, const char *url,
                          const char *method, void *user_data)
{
    (void)url;
    (void)method;
    (void)user_data;
    const grpc_c_metadata_entry entry = {"x-token", "token", 5};
    if (!grpc_c_call_credentials_succeed(request, &entry, 1))
        grpc_c_call_credentials_fail(request, GRPC_C_STATUS_RESOURCE_EXHAUSTED, "no memory");
}

static void start_server(kind kind, grpc_c_server *server, memory_client *client)
{
    bool done;
    int port;
    char target[64];
    grpc_c_server_credentials *for_server;
    grpc_c_channel_credentials *for_channel;
    make_credentials(kind, &for_server, &for_channel);
    if (kind == blocking)
        memory_again(done, load__load_add_servicer_to_server(&memory_servicer, server, server));
    else
        memory_again(done, load__load_add_async_servicer_to_server(&memory_async_servicer, server,
                                                                   server));
    const char *address = kind == async ? socket_address : "127.0.0.1:0";
    memory_again(port, grpc_c_server_add_port(server, address, for_server, NULL));
    memory_again(done, grpc_c_server_start(server, NULL));
    if (kind != on_queue)
        memory_again(done, grpc_c_server_stop_on_signals(server, 0, NULL));
    snprintf(target, sizeof target, "127.0.0.1:%d", port);
    grpc_c_call_credentials *token = NULL;
    if (kind == async) {
        memory_again(token, grpc_c_token_call_credentials_new("token"));
        memory_again(client->credentials, grpc_c_call_credentials_new(give_metadata, NULL, NULL));
    }
    memory_again(client->channel,
                 grpc_c_channel_new(kind == async ? socket_address : target, for_channel,
                                    GRPC_C_CHANNEL_OPTIONS(.call_credentials = token)));
    grpc_c_call_credentials_free(token);
    grpc_c_server_credentials_free(for_server);
    grpc_c_channel_credentials_free(for_channel);
    client->stub = load__load_stub(client->channel);
}

static void on_change(bool changed, void *user_data)
{
    (void)changed;
    sem_post(user_data);
}

static void watch_channel(memory_client *client)
{
    bool done;
    sem_t over;
    sem_init(&over, 0, 0);
    memory_again(done,
                 grpc_c_channel_wait_for_state_change__async(client->channel, GRPC_C_CHANNEL_READY,
                                                             0, on_change, &over));
    sem_wait(&over);
    sem_destroy(&over);
}

static void *drive(void *queue)
{
    memory_require(grpc_c_completion_queue_run(queue));
    return NULL;
}

static void serve_and_call(kind kind)
{
    memory_client client = {.channel = NULL};
    grpc_c_completion_queue *served = NULL;
    grpc_c_server *server;
    pthread_t driver;
    if (kind == on_queue)
        memory_again(served, grpc_c_completion_queue_new());
    memory_again(server, grpc_c_server_new(GRPC_C_SERVER_OPTIONS(.max_workers = 2, .lanes = 1,
                                                                 .completion_queue = served)));
    start_server(kind, server, &client);
    if (kind == on_queue) {
        memory_require(allocations_thread_create(&driver, drive, served) == 0);
        memory_again(client.queue, grpc_c_completion_queue_new());
    }
    memory_call_all(&client);
    if (kind == on_queue)
        watch_channel(&client);
    bool stops = memory_call_stop(&client);
    grpc_c_channel_free(client.channel);
    grpc_c_call_credentials_free(client.credentials);
    if (!stops)
        grpc_c_server_stop(server, 0);
    if (kind == on_queue) { /* its driver ends when the server has */
        grpc_c_completion_queue_shutdown(served);
        pthread_join(driver, NULL);
        grpc_c_completion_queue_free(client.queue);
    } else {
        grpc_c_server_wait_for_termination(server);
    }
    grpc_c_server_free(server);
    grpc_c_completion_queue_free(served);
}

/* ---- what is not met there ---- */

static void use_fd(void)
{
    grpc_c_completion_queue *queue;
    memory_again(queue, grpc_c_completion_queue_new());
    int fd = grpc_c_completion_queue_fd(queue);
    if (fd < 0) {
        memory_require(allocations_have_failed());
        fd = grpc_c_completion_queue_fd(queue);
    }
    memory_require(fd >= 0);
    grpc_c_completion_queue_free(queue);
}

static void use_mock(void)
{
    bool done;
    grpc_c_client_context *context;
    Load__Load_Mock mock;
    memory_again(done, load__load_mock_init(&mock));
    memory_again(context, grpc_c_client_context_new());
    Load__Load_Stub stub = load__load_mock_stub(&mock);
    Load__Question question = LOAD__QUESTION__INIT;
    const Load__Progress *reply;
    memory_again(reply, load__load_stub__ask(&stub, &question, context));
    memory_require(grpc_c_client_context_status(context) == GRPC_C_STATUS_OK);
    grpc_c_client_context_free(context);
    load__load_mock_clear(&mock);
}

/* Core takes a socket's path away some time after its server has gone: each run has its own. */
static void run_once(int number)
{
    snprintf(socket_address, sizeof socket_address, "unix:/tmp/grpc-c-memory-%d-%d", (int)getpid(),
             number);
    for (kind kind = 0; kind < kinds; kind++)
        serve_and_call(kind);
    use_fd();
    use_mock();
}

/* ---- runs ---- */

static void on_alarm(int number)
{
    (void)number;
    /* Not for handlers, and better than no word.
     * NOLINTNEXTLINE(bugprone-signal-handler,cert-sig30-c) */
    allocations_print();
    abort();
}

int main(int argc, char **argv)
{
    int runs = 0, missed = 0;
    if (argc != 4)
        return 2;
    key_pair.private_key_file = argv[1];
    key_pair.certificate_chain_file = argv[2];
    root = argv[3];
    signal(SIGALRM, on_alarm);
    /* Holds core, which takes long to start and stop. */
    grpc_c_completion_queue *holder = grpc_c_completion_queue_new();
    while (allocations_begin()) {
        memory_require(++runs <= most_runs);
        alarm(most_seconds_of_a_run);
        run_once(runs);
        if (!allocations_end())
            missed++;
    }
    alarm(0);
    grpc_c_completion_queue_free(holder);
    printf("%zu sites, %d runs, %d of them without the site\n", allocations_sites(), runs, missed);
    return 0;
}
