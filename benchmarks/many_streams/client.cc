// The Ticker client of examples/many_streams with gRPC C++'s callback API: cxx_many_streams_client
// [TARGET [STREAMS]]. Does and prints what that one does, but reads while it waits for its input.
#include <condition_variable>
#include <cstdio>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "ticker.grpc.pb.h"

namespace
{

std::mutex mutex;
std::condition_variable changed;
std::uint64_t awaited, values;
std::size_t behind, running;
bool failed;

class Stream : public grpc::ClientReadReactor<ticker::Value>
{
  public:
    void Begin(ticker::Ticker::Stub &stub)
    {
        stub.async()->Subscribe(&context_, &subscription_, this);
        StartRead(&value_);
        StartCall();
    }

    void OnReadDone(bool ok) override
    {
        if (!ok)
            return;
        {
            std::lock_guard<std::mutex> lock(mutex);
            values++;
            if (version_ < awaited && value_.version() >= awaited && --behind == 0)
                changed.notify_one();
            version_ = value_.version();
        }
        StartRead(&value_);
    }

    void OnDone(const grpc::Status &status) override
    {
        std::lock_guard<std::mutex> lock(mutex);
        if (status.error_code() != grpc::StatusCode::CANCELLED) {
            if (!failed)
                std::cerr << "Subscribe: " << status.error_message() << std::endl;
            failed = true;
        }
        running--;
        changed.notify_one();
    }

    void Cancel()
    {
        context_.TryCancel();
    }
    std::uint64_t version() const
    {
        return version_;
    } // under the lock

  private:
    grpc::ClientContext context_;
    ticker::Subscription subscription_;
    ticker::Value value_;
    std::uint64_t version_ = 0;
};

bool AllHave(const ticker::Published &published,
             const std::vector<std::unique_ptr<Stream>> &streams)
{
    std::unique_lock<std::mutex> lock(mutex);
    awaited = published.version();
    behind = 0;
    for (const auto &stream : streams)
        behind += stream->version() < awaited;
    changed.wait(lock, [] { return behind == 0 || failed; });
    if (!failed)
        std::cout << streams.size() << " streams of " << published.subscribers() << " at version "
                  << awaited << std::endl;
    return !failed;
}

} // namespace

int main(int argc, char **argv)
{
    const auto stub =
        ticker::Ticker::NewStub(grpc::CreateChannel(argc > 1 ? argv[1] : "localhost:50051",
                                                    grpc::InsecureChannelCredentials()));
    std::vector<std::unique_ptr<Stream>> streams(argc > 2 ? std::stoul(argv[2]) : 10000);
    running = streams.size();
    for (auto &stream : streams) {
        stream = std::make_unique<Stream>();
        stream->Begin(*stub);
    }
    ticker::Value value;
    ticker::Published published;
    published.set_version(1);
    while (AllHave(published, streams) && std::getline(std::cin, *value.mutable_text())) {
        grpc::ClientContext context;
        if (!stub->Publish(&context, value, &published).ok())
            break;
    }
    for (const auto &stream : streams)
        stream->Cancel();
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [] { return running == 0; });
    std::cout << values << " values have come" << std::endl;
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
