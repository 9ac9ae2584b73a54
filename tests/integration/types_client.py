"""Calls types_server with gRPC's Python: types_client.py STUBS TARGET CASE.

Each case is a function below; it fails with an assertion.
"""
import sys

sys.path.insert(0, sys.argv[1])
import grpc
import names_pb2
import names_pb2_grpc
import well_known_pb2_grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp


def names(channel):
    """Every method is served under its own name."""
    stub = names_pb2_grpc.StoreStub(channel)
    for method in ("Init", "Default", "Delete", "Register", "Descriptor"):
        reply = getattr(stub, method)(names_pb2.Item(name="tea", base=3))
        assert reply.seen == "/names.Store/%s: name tea, no count, no next" % method, reply
        assert reply.name == "tea" and reply.base == 3, reply
    replies = list(stub.New(names_pb2.Item(name="tea")))
    assert [r.seen for r in replies] == ["/names.Store/New: name tea, no count, no next"] * 2


def optional(channel):
    """Presence crosses both ways: absent, and present with the default."""
    stub = names_pb2_grpc.StoreStub(channel)
    reply = stub.Init(names_pb2.Item())
    assert reply.seen == "/names.Store/Init: name absent, no count, no next", reply
    assert not any(reply.HasField(f) for f in ("name", "count", "next")), reply

    nothing = names_pb2.Item(name="", count=0, next=names_pb2.Item())
    reply = stub.Init(nothing)
    assert reply.seen == "/names.Store/Init: name , a count, a next", reply
    assert all(reply.HasField(f) for f in ("name", "count", "next")), reply

    reply.ClearField("seen")
    assert reply == nothing, reply

    nested = names_pb2.Item(count=-1, next=names_pb2.Item(name="ü", next=names_pb2.Item(count=0)))
    reply = stub.Init(nested)
    reply.ClearField("seen")
    assert reply == nested, reply


def well_known(channel):
    stub = well_known_pb2_grpc.TypesStub(channel)
    begin = stub.Begin(Empty())
    assert begin.ToJsonString() == "0001-01-01T00:00:00.999999999Z", begin

    assert stub.Forget(Timestamp(seconds=7)) == Empty()
    try:
        stub.Forget(Timestamp(seconds=8))
        raise AssertionError("forgotten")
    except grpc.RpcError as error:
        assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "not the 7th")

    box = Any()
    box.Pack(Timestamp(seconds=41, nanos=5))
    time = Timestamp()
    assert stub.Later(box).Unpack(time)
    assert time == Timestamp(seconds=42, nanos=5), time

    tree = Struct()
    tree.update({"a": None, "b": [1, "x", False, {"deep": []}], "c": {"d": {"e": -0.5}}})
    answer = stub.Count(tree)
    tree.update({"fields": 3})
    assert answer == tree, answer


with grpc.insecure_channel(sys.argv[2]) as channel:
    globals()[sys.argv[3]](channel)
