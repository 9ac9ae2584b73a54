// gRPC C++'s clients: sync, a thread for each call outstanding; async, one completion queue and one
// thread; callback.
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "bench.grpc.pb.h"
#include "load.h"

namespace
{

using bench::Reply;
using bench::Request;
using Stub = bench::Bench::Stub;

// What a call outstanding has, whichever the API.
class Slot
{
  public:
    explicit Slot(Stub *stub) : stub_(stub)
    {
        request_.set_body(std::string(static_cast<std::size_t>(load.size), '\0'));
        request_.set_count(load.count);
    }
    virtual ~Slot() = default;
    virtual void Start() = 0;
    // Of async ones.
    virtual void GoOn(bool)
    {
    }

    static int open;
    static grpc::CompletionQueue queue;

  protected:
    void Begin()
    {
        request_.set_sleep_ms(load_next_sleep_ms());
        began_ns_ = load_now_ns();
    }

    void Replied()
    {
        if (reply_.body().size() != request_.body().size())
            load_fail("a reply of another size");
        load_record(began_ns_, request_.sleep_ms() > 0);
        began_ns_ = load_now_ns();
    }

    void Ended(const grpc::Status &status)
    {
        if (!status.ok())
            load_fail(status.error_message().c_str());
    }

    Stub *stub_;
    Request request_;
    Reply reply_;
    grpc::Status status_;
    std::int64_t began_ns_ = 0;
};

int Slot::open;
grpc::CompletionQueue Slot::queue;

// ---- sync

class SyncSlot final : public Slot
{
  public:
    using Slot::Slot;

    void Start() override
    {
        if (load.kind == LOAD_UNARY)
            Unary();
        else if (load.kind == LOAD_DOWNLOAD)
            Download();
        else
            Chat();
        if (load.hold)
            load_hold();
    }

  private:
    void Unary()
    {
        do {
            Begin();
            grpc::ClientContext context;
            Ended(stub_->Unary(&context, request_, &reply_));
            Replied();
        } while (load_goes_on());
    }

    void Download()
    {
        do {
            Begin();
            grpc::ClientContext context;
            const auto reader = stub_->Download(&context, request_);
            while (reader->Read(&reply_))
                Replied();
            Ended(reader->Finish());
        } while (load_goes_on());
    }

    void Chat()
    {
        context_ = std::make_unique<grpc::ClientContext>();
        stream_ = stub_->Chat(context_.get());
        do {
            Begin();
            if (!stream_->Write(request_) || !stream_->Read(&reply_))
                load_fail("a stream has failed");
            Replied();
        } while (load_goes_on());
        if (load.hold)
            return;
        stream_->WritesDone();
        Ended(stream_->Finish());
    }

    std::unique_ptr<grpc::ClientContext> context_;
    std::unique_ptr<grpc::ClientReaderWriter<Request, Reply>> stream_;
};

// ---- async

class AsyncSlot : public Slot
{
  public:
    using Slot::Slot;

    void Start() override
    {
        Forget();
        context_ = std::make_unique<grpc::ClientContext>();
        Begin();
        Open();
    }

  protected:
    virtual void Open() = 0;
    // The last call's reader lives in memory that goes with its context.
    virtual void Forget() = 0;

    void Close()
    {
        Ended(status_);
        if (load_goes_on())
            Start();
        else if (load.hold)
            load_hold();
        else
            open--;
    }

    std::unique_ptr<grpc::ClientContext> context_;
};

class AsyncUnary final : public AsyncSlot
{
  public:
    using AsyncSlot::AsyncSlot;

    void GoOn(bool) override
    {
        Replied();
        Close();
    }

  private:
    void Forget() override
    {
        reader_.reset();
    }

    void Open() override
    {
        reader_ = stub_->AsyncUnary(context_.get(), request_, &queue);
        reader_->Finish(&reply_, &status_, this);
    }

    std::unique_ptr<grpc::ClientAsyncResponseReader<Reply>> reader_;
};

class AsyncDownload final : public AsyncSlot
{
  public:
    using AsyncSlot::AsyncSlot;

    void GoOn(bool ok) override
    {
        if (finishing_) {
            Close();
        } else if (!ok) {
            finishing_ = true;
            reader_->Finish(&status_, this);
        } else {
            if (reading_)
                Replied();
            reading_ = true;
            reader_->Read(&reply_, this);
        }
    }

  private:
    void Forget() override
    {
        reader_.reset();
    }

    void Open() override
    {
        reading_ = finishing_ = false;
        reader_ = stub_->AsyncDownload(context_.get(), request_, &queue, this);
    }

    std::unique_ptr<grpc::ClientAsyncReader<Reply>> reader_;
    bool reading_ = false;
    bool finishing_ = false;
};

class AsyncChat final : public AsyncSlot
{
  public:
    using AsyncSlot::AsyncSlot;

    void GoOn(bool ok) override
    {
        if (!ok)
            load_fail("a stream has failed");
        switch (state_) {
        case WRITING:
            state_ = READING;
            stream_->Read(&reply_, this);
            break;
        case READING:
            Replied();
            if (load_goes_on()) {
                Write();
            } else if (load.hold) {
                load_hold();
            } else {
                state_ = CLOSING;
                stream_->WritesDone(this);
            }
            break;
        case OPENING:
            Write();
            break;
        case CLOSING:
            state_ = FINISHING;
            stream_->Finish(&status_, this);
            break;
        case FINISHING:
            Close();
        }
    }

  private:
    void Forget() override
    {
        stream_.reset();
    }

    void Open() override
    {
        state_ = OPENING;
        stream_ = stub_->AsyncChat(context_.get(), &queue, this);
    }

    void Write()
    {
        Begin();
        state_ = WRITING;
        stream_->Write(request_, this);
    }

    std::unique_ptr<grpc::ClientAsyncReaderWriter<Request, Reply>> stream_;
    enum { OPENING, WRITING, READING, CLOSING, FINISHING } state_ = OPENING;
};

// ---- callback; a slot's calls follow one another, and so do its callbacks.

class CallbackUnary final : public Slot
{
  public:
    using Slot::Slot;

    void Start() override
    {
        context_ = std::make_unique<grpc::ClientContext>();
        Begin();
        stub_->async()->Unary(context_.get(), &request_, &reply_, [this](grpc::Status status) {
            Ended(status);
            Replied();
            if (load_goes_on())
                Start();
            else if (load.hold)
                load_hold();
        });
    }

  private:
    std::unique_ptr<grpc::ClientContext> context_;
};

class CallbackDownload final : public Slot, public grpc::ClientReadReactor<Reply>
{
  public:
    using Slot::Slot;

    void Start() override
    {
        context_ = std::make_unique<grpc::ClientContext>();
        Begin();
        stub_->async()->Download(context_.get(), &request_, this);
        StartRead(&reply_);
        StartCall();
    }

    void OnReadDone(bool ok) override
    {
        if (!ok)
            return;
        Replied();
        StartRead(&reply_);
    }

    void OnDone(const grpc::Status &status) override
    {
        Ended(status);
        if (load_goes_on())
            Start();
    }

  private:
    std::unique_ptr<grpc::ClientContext> context_;
};

class CallbackChat final : public Slot, public grpc::ClientBidiReactor<Request, Reply>
{
  public:
    using Slot::Slot;

    void Start() override
    {
        stub_->async()->Chat(&context_, this);
        Begin();
        StartWrite(&request_);
        StartCall();
    }

    void OnWriteDone(bool) override
    {
        StartRead(&reply_);
    }

    void OnReadDone(bool ok) override
    {
        if (!ok)
            load_fail("a stream has failed");
        Replied();
        if (load_goes_on()) {
            Begin();
            StartWrite(&request_);
        } else if (load.hold) {
            load_hold();
        } else {
            StartWritesDone();
        }
    }

    void OnDone(const grpc::Status &status) override
    {
        Ended(status);
    }

  private:
    grpc::ClientContext context_;
};

// ----

std::unique_ptr<Slot> MakeSlot(Stub *stub)
{
    if (std::strcmp(load.mode, "sync") == 0)
        return std::make_unique<SyncSlot>(stub);
    const bool async = std::strcmp(load.mode, "async") == 0;
    if (load.kind == LOAD_UNARY && async)
        return std::make_unique<AsyncUnary>(stub);
    if (load.kind == LOAD_UNARY)
        return std::make_unique<CallbackUnary>(stub);
    if (load.kind == LOAD_DOWNLOAD && async)
        return std::make_unique<AsyncDownload>(stub);
    if (load.kind == LOAD_DOWNLOAD)
        return std::make_unique<CallbackDownload>(stub);
    if (async)
        return std::make_unique<AsyncChat>(stub);
    return std::make_unique<CallbackChat>(stub);
}

std::vector<std::unique_ptr<Stub>> Connect()
{
    // Channels to one target share connections unless their arguments say not to.
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    std::vector<std::unique_ptr<Stub>> stubs;
    for (int i = 0; i < load.connections; i++) {
        const auto channel =
            grpc::CreateCustomChannel(load.target, grpc::InsecureChannelCredentials(), arguments);
        if (!load.once && !channel->WaitForConnected(gpr_inf_future(GPR_CLOCK_REALTIME)))
            load_fail("no connection");
        stubs.push_back(bench::Bench::NewStub(channel));
    }
    return stubs;
}

void Drive()
{
    void *tag;
    bool ok;
    while (Slot::open > 0 && Slot::queue.Next(&tag, &ok))
        static_cast<Slot *>(tag)->GoOn(ok);
}

} // namespace

int main(int argc, char **argv)
{
    load_parse(argc, argv);
    const auto stubs = Connect();
    std::vector<std::unique_ptr<Slot>> slots;
    for (int i = 0; i < load.outstanding; i++)
        slots.push_back(MakeSlot(stubs[static_cast<std::size_t>(i % load.connections)].get()));
    load_begin();
    Slot::open = load.outstanding;
    if (std::strcmp(load.mode, "sync") == 0) {
        std::vector<std::thread> threads;
        for (const auto &slot : slots)
            threads.emplace_back([&slot] { slot->Start(); });
        for (auto &thread : threads)
            thread.join();
    } else {
        for (const auto &slot : slots) {
            slot->Start();
            if (load.stall)
                load_hold();
        }
        if (std::strcmp(load.mode, "async") == 0 && !load.stall)
            Drive();
    }
    load_end();
}
