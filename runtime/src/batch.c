/* Core's batches; see batch.h. */
#include "batch.h"

#include <grpc/slice.h>

#include "driver.h"
#include "invariant.h"

void grpc_c_client_results_init(grpc_c_client_results *results)
{
    *results = (grpc_c_client_results){.code = GRPC_STATUS_OK, .message = grpc_empty_slice()};
    grpc_metadata_array_init(&results->initial_metadata);
    grpc_metadata_array_init(&results->trailing_metadata);
}

void grpc_c_client_results_clear(grpc_c_client_results *results)
{
    /* What the arrays point to belongs to the call, and goes with it. */
    results->initial_metadata.count = 0;
    results->trailing_metadata.count = 0;
    grpc_c_buffer_free(results->reply);
    results->reply = NULL;
    grpc_slice_unref(results->message);
    results->message = grpc_empty_slice();
}

void grpc_c_client_results_free(grpc_c_client_results *results)
{
    grpc_c_client_results_clear(results);
    grpc_metadata_array_destroy(&results->initial_metadata);
    grpc_metadata_array_destroy(&results->trailing_metadata);
}

bool grpc_c_client_results_have_reply(const grpc_c_client_results *results)
{
    return __atomic_load_n(&results->reply, __ATOMIC_ACQUIRE) != NULL;
}

/* Core refuses a batch only for what its caller got wrong: operations out of order, or of a call
 * whose queue was shut down. What users contribute is checked before it gets here. */
static void start_through_queue(grpc_call *call, const grpc_op *ops, size_t count,
                                grpc_c_event *done)
{
    grpc_c_event_starts(done);
    grpc_call_error error = grpc_call_start_batch(call, ops, count, done, NULL);
    GRPC_C_INVARIANT(error == GRPC_CALL_OK);
}

static void start(grpc_call *call, const grpc_op *ops, size_t count, grpc_c_event *done)
{
    grpc_c_driver *driver = grpc_c_driver_begin_start();
    start_through_queue(call, ops, count, done);
    grpc_c_driver_end_start(driver);
}

static grpc_op send_headers(const grpc_c_headers *headers)
{
    const uint32_t wait =
        GRPC_INITIAL_METADATA_WAIT_FOR_READY | GRPC_INITIAL_METADATA_WAIT_FOR_READY_EXPLICITLY_SET;
    return (grpc_op){
        .op = GRPC_OP_SEND_INITIAL_METADATA,
        .flags = headers->wait_for_ready ? wait : 0,
        .data.send_initial_metadata = {.count = headers->metadata->count,
                                       .metadata = headers->metadata->entries},
    };
}

static grpc_op send_message(grpc_c_outgoing message)
{
    return (grpc_op){
        .op = GRPC_OP_SEND_MESSAGE,
        .flags = message.uncompressed ? GRPC_WRITE_NO_COMPRESS : 0,
        .data.send_message.send_message = message.buffer,
    };
}

static grpc_op send_close(void)
{
    return (grpc_op){.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT};
}

static grpc_op receive_message(grpc_c_buffer **ret_message)
{
    return (grpc_op){.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = ret_message};
}

static grpc_op receive_headers(grpc_c_client_results *results)
{
    return (grpc_op){
        .op = GRPC_OP_RECV_INITIAL_METADATA,
        .data.recv_initial_metadata.recv_initial_metadata = &results->initial_metadata,
    };
}

static grpc_op receive_status(grpc_c_client_results *results)
{
    return (grpc_op){
        .op = GRPC_OP_RECV_STATUS_ON_CLIENT,
        .data.recv_status_on_client = {.trailing_metadata = &results->trailing_metadata,
                                       .status = &results->code,
                                       .status_details = &results->message},
    };
}

/* ---- client ---- */

void grpc_c_batch_unary_call(grpc_call *call, const grpc_c_headers *headers,
                             grpc_c_outgoing request, grpc_c_client_results *results,
                             grpc_c_event *done)
{
    const grpc_op ops[] = {
        send_headers(headers),
        send_message(request),
        send_close(),
        receive_headers(results),
        receive_message(&results->reply),
        receive_status(results),
    };
    start(call, ops, sizeof ops / sizeof ops[0], done);
}

void grpc_c_batch_open(grpc_call *call, const grpc_c_headers *headers, grpc_c_outgoing request,
                       grpc_c_event *done)
{
    const grpc_op ops[] = {
        send_headers(headers),
        send_message(request),
        send_close(),
    };
    start(call, ops, request.buffer != NULL ? sizeof ops / sizeof ops[0] : 1, done);
}

void grpc_c_batch_send(grpc_call *call, grpc_c_outgoing message, grpc_c_event *done)
{
    const grpc_op op = send_message(message);
    start(call, &op, 1, done);
}

void grpc_c_batch_close(grpc_call *call, grpc_c_event *done)
{
    const grpc_op op = send_close();
    start(call, &op, 1, done);
}

void grpc_c_batch_read(grpc_call *call, grpc_c_client_results *headers, grpc_c_buffer **ret_message,
                       grpc_c_event *done)
{
    grpc_op ops[2] = {receive_message(ret_message)};
    size_t count = 1;
    if (headers != NULL)
        ops[count++] = receive_headers(headers);
    start(call, ops, count, done);
}

void grpc_c_batch_status(grpc_call *call, grpc_c_client_results *results, grpc_c_event *done)
{
    const grpc_op op = receive_status(results);
    start(call, &op, 1, done);
}

/* ---- server ---- */

void grpc_c_batch_nothing(grpc_call *call, grpc_c_event *done)
{
    start_through_queue(call, NULL, 0, done);
}

void grpc_c_batch_receive(grpc_call *call, grpc_c_buffer **ret_message, grpc_c_event *done)
{
    const grpc_op op = receive_message(ret_message);
    start(call, &op, 1, done);
}

void grpc_c_batch_write(grpc_call *call, const grpc_c_headers *headers, grpc_c_outgoing message,
                        grpc_c_event *done)
{
    grpc_op ops[2];
    size_t count = 0;
    if (headers != NULL)
        ops[count++] = send_headers(headers);
    if (message.buffer != NULL)
        ops[count++] = send_message(message);
    start(call, ops, count, done);
}

static grpc_op receive_close(int *ret_cancelled)
{
    return (grpc_op){.op = GRPC_OP_RECV_CLOSE_ON_SERVER,
                     .data.recv_close_on_server.cancelled = ret_cancelled};
}

void grpc_c_batch_watch(grpc_call *call, int *ret_cancelled, grpc_c_event *done)
{
    const grpc_op op = receive_close(ret_cancelled);
    start(call, &op, 1, done);
}

void grpc_c_batch_finish(grpc_call *call, const grpc_c_ending *ending, grpc_c_event *done)
{
    grpc_op ops[4];
    size_t count = 0;
    grpc_slice text = ending->message != NULL ? grpc_slice_from_copied_string(ending->message)
                                              : grpc_empty_slice();
    if (ending->headers != NULL)
        ops[count++] = send_headers(ending->headers);
    if (ending->reply.buffer != NULL)
        ops[count++] = send_message(ending->reply);
    ops[count++] = (grpc_op){
        .op = GRPC_OP_SEND_STATUS_FROM_SERVER,
        .data.send_status_from_server =
            {
                .trailing_metadata_count = ending->trailers->count,
                .trailing_metadata = ending->trailers->entries,
                .status = (grpc_status_code)ending->code,
                .status_details = ending->message != NULL ? &text : NULL,
            },
    };
    if (ending->ret_cancelled != NULL)
        ops[count++] = receive_close(ending->ret_cancelled);
    start(call, ops, count, done);
    grpc_slice_unref(text);
}
