/* Core's batches; see batch.h. */
#include "batch.h"

#include <grpc/slice.h>

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

/* Core refuses a batch only for what its caller got wrong: operations out of order, or of a call
 * whose queue was shut down. What users contribute is checked before it gets here. */
static void start(grpc_call *call, const grpc_op *ops, size_t count, grpc_c_event *done)
{
    grpc_c_event_starts(done);
    grpc_call_error error = grpc_call_start_batch(call, ops, count, done, NULL);
    GRPC_C_INVARIANT(error == GRPC_CALL_OK);
}

void grpc_c_batch_unary_call(grpc_call *call, grpc_c_buffer *request,
                             grpc_c_client_results *results, grpc_c_event *done)
{
    const grpc_op ops[] = {
        {.op = GRPC_OP_SEND_INITIAL_METADATA},
        {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = request},
        {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
        {.op = GRPC_OP_RECV_INITIAL_METADATA,
         .data.recv_initial_metadata.recv_initial_metadata = &results->initial_metadata},
        {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &results->reply},
        {.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
         .data.recv_status_on_client = {.trailing_metadata = &results->trailing_metadata,
                                        .status = &results->code,
                                        .status_details = &results->message}},
    };
    start(call, ops, sizeof ops / sizeof ops[0], done);
}

void grpc_c_batch_receive(grpc_call *call, grpc_c_buffer **ret_message, grpc_c_event *done)
{
    const grpc_op op = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = ret_message};
    start(call, &op, 1, done);
}

void grpc_c_batch_finish(grpc_call *call, grpc_c_buffer *reply, grpc_c_status_code code,
                         const char *message, int *ret_cancelled, grpc_c_event *done)
{
    grpc_op ops[4];
    size_t count = 0;
    grpc_slice text = message != NULL ? grpc_slice_from_copied_string(message) : grpc_empty_slice();
    ops[count++] = (grpc_op){.op = GRPC_OP_SEND_INITIAL_METADATA};
    if (reply != NULL)
        ops[count++] =
            (grpc_op){.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = reply};
    ops[count++] = (grpc_op){
        .op = GRPC_OP_SEND_STATUS_FROM_SERVER,
        .data.send_status_from_server = {.status = (grpc_status_code)code,
                                         .status_details = message != NULL ? &text : NULL},
    };
    ops[count++] = (grpc_op){.op = GRPC_OP_RECV_CLOSE_ON_SERVER,
                             .data.recv_close_on_server.cancelled = ret_cancelled};
    start(call, ops, count, done);
    grpc_slice_unref(text);
}
