#!/usr/bin/python3
"""protoc-gen-c for messages alone: a protoc plugin that runs protobuf-c's own on a request without
services, whose names its output cannot always bear, and without proto3's optional, which it refuses.

PROTOC_GEN_C names protobuf-c's plugin; by default it is found in the PATH.
"""
import os
import subprocess
import sys

from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest, CodeGeneratorResponse


def main():
    request = CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    for proto in request.proto_file:
        del proto.service[:]
        messages = list(proto.message_type)
        while messages:
            message = messages.pop()
            messages.extend(message.nested_type)
            for field in message.field:
                field.ClearField("proto3_optional")
    plugin = os.environ.get("PROTOC_GEN_C", "protoc-gen-c")
    done = subprocess.run([plugin], input=request.SerializeToString(), stdout=subprocess.PIPE)
    response = CodeGeneratorResponse.FromString(done.stdout)
    response.supported_features |= CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL
    sys.stdout.buffer.write(response.SerializeToString())
    sys.exit(done.returncode)


main()
