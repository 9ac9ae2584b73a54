"""gRPC's Python and its stubs of the TestService. The environment's STUBS is the folder in which
grpc_python_plugin has put them.

Their module is grpc.testing, inside gRPC's own package: it gets that folder as one more to look in.
"""
import os

import grpc

grpc.__path__.append(os.path.join(os.environ["STUBS"], "grpc"))
from grpc.testing import empty_pb2, messages_pb2, test_pb2_grpc  # noqa: E402,F401
