"""A TLS client on gRPC's Python: tls_client.py TARGET ROOTS calls SayHello of the Greeter, and prints
what came of it; the exit code is 1 where it failed. STUBS is the folder of the stubs."""
import os
import sys

import grpc

sys.path.append(os.environ["STUBS"])
import helloworld_pb2  # noqa: E402
import helloworld_pb2_grpc  # noqa: E402

with open(sys.argv[2], "rb") as roots:
    credentials = grpc.ssl_channel_credentials(roots.read())
with grpc.secure_channel(sys.argv[1], credentials) as channel:
    stub = helloworld_pb2_grpc.GreeterStub(channel)
    try:
        print(stub.SayHello(helloworld_pb2.HelloRequest(name="you"), timeout=60).message)
    except grpc.RpcError as error:
        sys.exit("%s: %s" % (error.code().name, error.details()))
