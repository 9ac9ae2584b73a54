// gRPC C++'s servers: sync, async (one completion queue, one thread) and callback.
#include <cstring>
#include <memory>
#include <string>
#include <thread>

#include <grpcpp/grpcpp.h>

#include "bench.grpc.pb.h"
#include "serve.h"

namespace
{

using bench::Reply;
using bench::Request;

// ---- sync

class SyncService final : public bench::Bench::Service
{
    grpc::Status Unary(grpc::ServerContext *, const Request *request, Reply *reply) override
    {
        serve_sleep(request->sleep_ms());
        reply->set_body(request->body());
        return grpc::Status::OK;
    }

    grpc::Status Download(grpc::ServerContext *, const Request *request,
                          grpc::ServerWriter<Reply> *writer) override
    {
        Reply reply;
        reply.set_body(request->body());
        for (int i = 0; i < request->count(); i++)
            if (!writer->Write(reply))
                break;
        return grpc::Status::OK;
    }

    grpc::Status Chat(grpc::ServerContext *,
                      grpc::ServerReaderWriter<Reply, Request> *stream) override
    {
        Request request;
        Reply reply;
        while (stream->Read(&request)) {
            reply.set_body(request.body());
            if (!stream->Write(reply))
                break;
        }
        return grpc::Status::OK;
    }
};

// ---- callback

class CallbackDownload final : public grpc::ServerWriteReactor<Reply>
{
  public:
    explicit CallbackDownload(const Request *request) : left_(request->count())
    {
        reply_.set_body(request->body());
        OnWriteDone(true);
    }

    void OnWriteDone(bool ok) override
    {
        if (ok && left_-- > 0)
            StartWrite(&reply_);
        else
            Finish(grpc::Status::OK);
    }

    void OnDone() override
    {
        delete this;
    }

  private:
    Reply reply_;
    int left_;
};

class CallbackChat final : public grpc::ServerBidiReactor<Request, Reply>
{
  public:
    CallbackChat()
    {
        StartRead(&request_);
    }

    void OnReadDone(bool ok) override
    {
        if (!ok) {
            Finish(grpc::Status::OK);
            return;
        }
        reply_.set_body(request_.body());
        StartWrite(&reply_);
    }

    void OnWriteDone(bool) override
    {
        StartRead(&request_);
    }

    void OnDone() override
    {
        delete this;
    }

  private:
    Request request_;
    Reply reply_;
};

class CallbackService final : public bench::Bench::CallbackService
{
    grpc::ServerUnaryReactor *Unary(grpc::CallbackServerContext *context, const Request *request,
                                    Reply *reply) override
    {
        serve_sleep(request->sleep_ms());
        reply->set_body(request->body());
        grpc::ServerUnaryReactor *reactor = context->DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }

    grpc::ServerWriteReactor<Reply> *Download(grpc::CallbackServerContext *,
                                              const Request *request) override
    {
        return new CallbackDownload(request);
    }

    grpc::ServerBidiReactor<Request, Reply> *Chat(grpc::CallbackServerContext *) override
    {
        return new CallbackChat;
    }
};

// ---- async

struct AsyncServer {
    bench::Bench::AsyncService service;
    std::unique_ptr<grpc::ServerCompletionQueue> queue;
};

class AsyncCall
{
  public:
    virtual ~AsyncCall() = default;
    virtual void GoOn(bool ok) = 0;
};

class AsyncUnary final : public AsyncCall
{
  public:
    explicit AsyncUnary(AsyncServer &server) : server_(server), responder_(&context_)
    {
        server_.service.RequestUnary(&context_, &request_, &responder_, server_.queue.get(),
                                     server_.queue.get(), this);
    }

    void GoOn(bool ok) override
    {
        if (finishing_ || !ok) {
            delete this;
            return;
        }
        new AsyncUnary(server_);
        serve_sleep(request_.sleep_ms());
        reply_.set_body(request_.body());
        finishing_ = true;
        responder_.Finish(reply_, grpc::Status::OK, this);
    }

  private:
    AsyncServer &server_;
    grpc::ServerContext context_;
    grpc::ServerAsyncResponseWriter<Reply> responder_;
    Request request_;
    Reply reply_;
    bool finishing_ = false;
};

class AsyncDownload final : public AsyncCall
{
  public:
    explicit AsyncDownload(AsyncServer &server) : server_(server), writer_(&context_)
    {
        server_.service.RequestDownload(&context_, &request_, &writer_, server_.queue.get(),
                                        server_.queue.get(), this);
    }

    void GoOn(bool ok) override
    {
        if (finishing_ || (!arrived_ && !ok)) {
            delete this;
            return;
        }
        if (!arrived_) {
            arrived_ = true;
            new AsyncDownload(server_);
            reply_.set_body(request_.body());
            left_ = request_.count();
        }
        if (ok && left_-- > 0) {
            writer_.Write(reply_, this);
        } else {
            finishing_ = true;
            writer_.Finish(grpc::Status::OK, this);
        }
    }

  private:
    AsyncServer &server_;
    grpc::ServerContext context_;
    grpc::ServerAsyncWriter<Reply> writer_;
    Request request_;
    Reply reply_;
    int left_ = 0;
    bool arrived_ = false;
    bool finishing_ = false;
};

class AsyncChat final : public AsyncCall
{
  public:
    explicit AsyncChat(AsyncServer &server) : server_(server), stream_(&context_)
    {
        server_.service.RequestChat(&context_, &stream_, server_.queue.get(), server_.queue.get(),
                                    this);
    }

    void GoOn(bool ok) override
    {
        switch (state_) {
        case ARRIVING:
            if (!ok) {
                delete this;
                return;
            }
            new AsyncChat(server_);
            Read();
            break;
        case READING:
            if (ok) {
                reply_.set_body(request_.body());
                state_ = WRITING;
                stream_.Write(reply_, this);
            } else {
                state_ = FINISHING;
                stream_.Finish(grpc::Status::OK, this);
            }
            break;
        case WRITING:
            Read();
            break;
        case FINISHING:
            delete this;
        }
    }

  private:
    void Read()
    {
        state_ = READING;
        stream_.Read(&request_, this);
    }

    AsyncServer &server_;
    grpc::ServerContext context_;
    grpc::ServerAsyncReaderWriter<Reply, Request> stream_;
    Request request_;
    Reply reply_;
    enum { ARRIVING, READING, WRITING, FINISHING } state_ = ARRIVING;
};

void Poll(AsyncServer &server)
{
    // As many as our own server keeps waiting, and more than there are new calls at a time.
    for (int i = 0; i < 32; i++) {
        new AsyncUnary(server);
        new AsyncDownload(server);
        new AsyncChat(server);
    }
    void *tag;
    bool ok;
    while (server.queue->Next(&tag, &ok))
        static_cast<AsyncCall *>(tag)->GoOn(ok);
}

} // namespace

int main(int argc, char **argv)
{
    const serve_options options = serve_parse(argc, argv);
    SyncService sync;
    CallbackService callback;
    AsyncServer async;
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    if (std::strcmp(options.mode, "sync") == 0) {
        builder.RegisterService(&sync);
    } else if (std::strcmp(options.mode, "callback") == 0) {
        builder.RegisterService(&callback);
    } else {
        builder.RegisterService(&async.service);
        async.queue = builder.AddCompletionQueue();
    }
    const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (async.queue != nullptr)
        std::thread([&async] { Poll(async); }).detach();
    serve(port);
}
