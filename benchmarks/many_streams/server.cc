// The Ticker server of examples/many_streams with gRPC C++'s callback API: cxx_many_streams_server
// [ADDRESS]. Does what that one does; the library's threads run the reactors, so there are locks.
#include <csignal>
#include <cstdio>
#include <iostream>
#include <list>
#include <mutex>
#include <string>

#include <grpcpp/grpcpp.h>

#include "ticker.grpc.pb.h"

namespace
{

// The value, and who is to be told. One lock for all: reactors only start writes under it.
class Board;

class Stream : public grpc::ServerWriteReactor<ticker::Value>
{
  public:
    explicit Stream(Board &board);
    void OnWriteDone(bool ok) override;
    void OnCancel() override;
    void OnDone() override
    {
        delete this;
    }

  private:
    friend class Board;
    void GoOn(); // under the lock

    Board &board_;
    std::list<Stream *>::iterator place_;
    ticker::Value value_;
    bool writing_ = false;
    bool gone_ = false;
};

class Board : public ticker::Ticker::CallbackService
{
  public:
    Board()
    {
        latest_.set_version(1);
    }

    grpc::ServerWriteReactor<ticker::Value> *Subscribe(grpc::CallbackServerContext *,
                                                       const ticker::Subscription *) override
    {
        return new Stream(*this);
    }

    grpc::ServerUnaryReactor *Publish(grpc::CallbackServerContext *context,
                                      const ticker::Value *value, ticker::Published *reply) override
    {
        {
            std::lock_guard<std::mutex> lock(mutex_);
            const auto version = latest_.version() + 1;
            latest_ = *value;
            latest_.set_version(version);
            reply->set_version(version);
            reply->set_subscribers(static_cast<unsigned>(streams_.size()));
            for (Stream *stream : streams_)
                if (!stream->writing_)
                    stream->GoOn();
        }
        grpc::ServerUnaryReactor *reactor = context->DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }

  private:
    friend class Stream;
    std::mutex mutex_;
    std::list<Stream *> streams_;
    ticker::Value latest_;
};

Stream::Stream(Board &board) : board_(board)
{
    std::lock_guard<std::mutex> lock(board_.mutex_);
    place_ = board_.streams_.insert(board_.streams_.begin(), this);
    GoOn();
}

void Stream::GoOn()
{
    writing_ = !gone_ && value_.version() != board_.latest_.version();
    if (writing_) {
        value_ = board_.latest_;
        StartWrite(&value_);
    }
    if (gone_)
        Finish(grpc::Status::CANCELLED);
}

void Stream::OnWriteDone(bool ok)
{
    std::lock_guard<std::mutex> lock(board_.mutex_);
    writing_ = false;
    if (ok || gone_)
        GoOn();
}

void Stream::OnCancel()
{
    std::lock_guard<std::mutex> lock(board_.mutex_);
    board_.streams_.erase(place_);
    gone_ = true;
    if (!writing_)
        GoOn();
}

} // namespace

int main(int argc, char **argv)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr); // before there are threads
    Board board;
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(argc > 1 ? argv[1] : "[::]:50051", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(&board);
    std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (!server || port == 0)
        return EXIT_FAILURE;
    std::cout << "Ticker server listening on port " << port << std::endl;
    int signal;
    sigwait(&signals, &signal);
    server->Shutdown(std::chrono::system_clock::now());
}
