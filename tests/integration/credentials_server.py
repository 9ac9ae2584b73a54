"""A Greeter of gRPC's Python, over TLS, for those who have a token: credentials_server.py STUBS KEY
CERTIFICATE TOKEN. Prints its port, and then what each call had for metadata of its own."""
import signal
import sys
import threading
from concurrent import futures

sys.path.insert(0, sys.argv[1])
import grpc
import helloworld_pb2
import helloworld_pb2_grpc

expected = "Bearer " + sys.argv[4]


class Greeter(helloworld_pb2_grpc.GreeterServicer):
    def SayHello(self, request, context):
        metadata = context.invocation_metadata()
        print([tuple(entry) for entry in metadata if entry[0] != "user-agent"], flush=True)
        if [value for key, value in metadata if key == "authorization"] != [expected]:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")
        return helloworld_pb2.HelloReply(message="Hello, %s!" % request.name)


def read(path):
    with open(path, "rb") as file:
        return file.read()


server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
helloworld_pb2_grpc.add_GreeterServicer_to_server(Greeter(), server)
credentials = grpc.ssl_server_credentials([(read(sys.argv[2]), read(sys.argv[3]))])
port = server.add_secure_port("127.0.0.1:0", credentials)
stopped = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopped.set())
server.start()
print("listening on port %d" % port, flush=True)
stopped.wait()
server.stop(0).wait()
