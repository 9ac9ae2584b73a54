"""The caching proxy that cacheable_unary wants between client and server: caching_proxy.py PORT
stands before the server on that port. Prints the port that it listens on; runs until it is killed.

It forwards CacheableUnaryCall and nothing else, and keeps the answers that the server allows to be
kept (cache-control: max-age) by the bytes of the request and the user's address (x-user-ip).
"""
import sys
from concurrent import futures

import grpc

METHOD = "/grpc.testing.TestService/CacheableUnaryCall"


class Cache(grpc.GenericRpcHandler):
    def __init__(self, channel):
        self.call = channel.unary_unary(METHOD)
        self.kept = {}

    def service(self, details):
        return grpc.unary_unary_rpc_method_handler(self.answer) if details.method == METHOD else None

    def answer(self, request, context):
        user = dict(context.invocation_metadata()).get("x-user-ip")
        if user is None or (request, user) not in self.kept:
            try:
                response, call = self.call.with_call(request, timeout=30)
            except grpc.RpcError as error:
                context.abort(error.code(), error.details())
            if user is None or "max-age=" not in dict(call.initial_metadata()).get(
                    "cache-control", ""):
                return response
            self.kept[request, user] = response
        return self.kept[request, user]


server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
server.add_generic_rpc_handlers((Cache(grpc.insecure_channel("127.0.0.1:" + sys.argv[1])),))
print("listening on port", server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
