"""Greeter and RouteGuide servers of gRPC's Python, in one. Prints the port that it listens on; runs
until it is killed.

The messages and stubs are looked up in the folder given as the first argument. With a second one,
one of grpc.Compression's names, all messages are compressed.
"""
import sys
from concurrent import futures

sys.path.insert(0, sys.argv[1])
import grpc
import helloworld_pb2
import helloworld_pb2_grpc
import route_guide_pb2
import route_guide_pb2_grpc

PLACES = {(476600000, 91750000): "Konstanz", (476940000, 92710000): "Meersburg",
          (475030000, 97470000): "Bregenz"}


class Greeter(helloworld_pb2_grpc.GreeterServicer):
    def SayHello(self, request, context):
        if request.name == "nobody":
            context.abort(grpc.StatusCode.NOT_FOUND, "nobody is here: 100% säure")
        if request.name == "bomb":
            return helloworld_pb2.HelloReply(message="x" * (50 << 20))
        return helloworld_pb2.HelloReply(message="Hello, %s!" % request.name)


class RouteGuide(route_guide_pb2_grpc.RouteGuideServicer):
    def GetFeature(self, request, context):
        name = PLACES.get((request.latitude, request.longitude))
        if name is None:
            context.abort(grpc.StatusCode.NOT_FOUND,
                          "nothing at %d, %d" % (request.latitude, request.longitude))
        return route_guide_pb2.Feature(name=name, location=request)

    def ListFeatures(self, request, context):
        for name in PLACES.values():
            yield route_guide_pb2.Feature(name=name)

    def RecordRoute(self, request_iterator, context):
        points = [(point.latitude, point.longitude) for point in request_iterator]
        return route_guide_pb2.RouteSummary(point_count=len(points),
                                            feature_count=sum(p in PLACES for p in points))

    def RouteChat(self, request_iterator, context):
        yield from request_iterator


compression = getattr(grpc.Compression, sys.argv[2] if len(sys.argv) > 2 else "NoCompression")
server = grpc.server(futures.ThreadPoolExecutor(max_workers=10), compression=compression)
helloworld_pb2_grpc.add_GreeterServicer_to_server(Greeter(), server)
route_guide_pb2_grpc.add_RouteGuideServicer_to_server(RouteGuide(), server)
print("listening on port", server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
