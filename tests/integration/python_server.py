"""A Greeter server of gRPC's Python. Prints the port that it listens on; runs until it is killed.

The messages and stubs are looked up in the folder given as the first argument.
"""
import sys
from concurrent import futures

sys.path.insert(0, sys.argv[1])
import grpc
import helloworld_pb2
import helloworld_pb2_grpc


class Greeter(helloworld_pb2_grpc.GreeterServicer):
    def SayHello(self, request, context):
        if request.name == "nobody":
            context.abort(grpc.StatusCode.NOT_FOUND, "nobody is here: 100% säure")
        return helloworld_pb2.HelloReply(message="Hello, %s!" % request.name)


server = grpc.server(futures.ThreadPoolExecutor(max_workers=10))
helloworld_pb2_grpc.add_GreeterServicer_to_server(Greeter(), server)
print("listening on port", server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
