/* A host that nobody knows, asked of a name server that says so: the call fails at once. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"

/* A name server that knows no name: its answer is the question, with the flags of an answer and
 * NXDOMAIN. Until the socket is shut down. */
static void *know_nothing(void *argument)
{
    const int *server = argument;
    unsigned char packet[512];
    struct sockaddr_in asker;
    socklen_t length = sizeof asker;
    ssize_t size;
    while ((size = recvfrom(*server, packet, sizeof packet, 0, (struct sockaddr *)&asker,
                            &length)) >= 4) {
        packet[2] |= 0x80;
        packet[3] = 0x83;
        sendto(*server, packet, (size_t)size, 0, (struct sockaddr *)&asker, length);
    }
    return NULL;
}

static void test_a_name_that_no_server_knows(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int names = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    char target[96];
    pthread_t thread;
    assert_int_equal(bind(names, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(names, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(pthread_create(&thread, NULL, know_nothing, &names), 0);
    snprintf(target, sizeof target, "dns://127.0.0.1:%d/nobody.example:1", ntohs(address.sin_port));
    grpc_c_client_context *context = grpc_c_client_context_new();
    grpc_c_channel *channel = grpc_c_insecure_channel_new(target, NULL);
    Echo__Echo_Stub stub = echo__echo_stub(channel);
    Echo__Request request = ECHO__REQUEST__INIT;
    for (int i = 0; i < 3; i++) {
        assert_null(echo__echo_stub__say(&stub, &request, context)); /* has no timeout */
        const char *text = grpc_c_client_context_error(context);
        assert_non_null(strstr(text, "UNAVAILABLE: DNS resolution failed for nobody.example:1"));
        assert_non_null(strstr(text, "Domain name not found"));
    }
    grpc_c_channel_free(channel);
    grpc_c_client_context_free(context);
    shutdown(names, SHUT_RDWR);
    sendto(names, "", 0, 0, (struct sockaddr *)&address, sizeof address);
    pthread_join(thread, NULL);
    close(names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_that_no_server_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
