// Every identifier and file name of the generated code: nothing else in the plugin spells one.
//
// protobuf-c owns the types and the functions of messages, and of services <C>_Service,
// <C>_ServiceDestroy, <lc>__* and <UC>__INIT. The C name of a type never holds a single
// underscore, so that <C>_<Word> and <lc>_<word> are free for ours; symbols.h checks what
// is left to chance.
//
// A "path" is a full proto name with dots, with c_package applied (model.h: c_path).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model.h"

namespace grpc_c
{

// -- protobuf-c's spelling --

// "a_b.v1.HTTPReply2" -> "AB__V1__HTTPReply2": camel pieces, each without its underscores.
std::string c_type(const std::string &path);
// "a.HTTPReply2.DeepOne" -> "a__httpreply2__deep_one": an underscore before an upper-case letter
// that follows one that is not, then lower case.
std::string lower_name(const std::string &path);
// The same in upper case.
std::string upper_name(const std::string &path);
// "SayHello" -> "say_hello".
std::string snake_name(const std::string &name);

std::vector<std::string> protobuf_c_message_symbols(const std::string &path);
std::vector<std::string> protobuf_c_oneof_symbols(const std::string &message_path,
                                                  const std::string &oneof,
                                                  const std::vector<std::string> &fields);
std::vector<std::string> protobuf_c_enum_symbols(const std::string &path);
std::string protobuf_c_enum_value_symbol(const std::string &enum_path, const std::string &value);
std::vector<std::string> protobuf_c_default_symbols(const std::string &field_path);
std::vector<std::string> protobuf_c_service_symbols(const std::string &path);
std::string protobuf_c_method_symbol(const std::string &service_path, const std::string &method);

// -- ours --

// Which halves of the generated code are asked about, or written.
struct Halves {
    bool server = true;
    bool client = true;
};

// Names that a struct below holds, as many as there are: views, of that struct's.
using NameViews = std::vector<std::string_view>;

struct ServiceNames {
    explicit ServiceNames(const Service &service);

    std::string type;  // Helloworld__Greeter, helloworld__greeter, HELLOWORLD__GREETER: what the
    std::string lower; // others begin with, and none of them itself
    std::string upper;

    std::string servicer;      // Helloworld__Greeter_Servicer
    std::string stub;          // Helloworld__Greeter_Stub
    std::string add_servicer;  // helloworld__greeter_add_servicer_to_server
    std::string make_stub;     // helloworld__greeter_stub
    std::string service_name;  // HELLOWORLD__GREETER_SERVICE_NAME
    std::string method_table;  // helloworld__greeter_methods
    std::string service_table; // helloworld__greeter_service

    // Those at file scope: all of them.
    NameViews symbols(Halves halves) const;
};

struct MethodNames {
    MethodNames(const ServiceNames &service, const Method &method);

    std::string type;  // Helloworld__Greeter_SayHello: what others begin with
    std::string snake; // say_hello

    std::string member;      // say_hello, of the servicer; delete_ for Delete
    std::string path;        // HELLOWORLD__GREETER__SAY_HELLO_METHOD
    std::string call;        // helloworld__greeter_stub__say_hello
    std::string handler;     // helloworld__greeter_handle__say_hello
    std::string kind;        // GRPC_C_METHOD_UNARY
    std::string idempotency; // GRPC_C_IDEMPOTENCY_UNKNOWN

    // Of streams; empty where the method's kind has none such.
    std::string server_stream_type; // Helloworld__Greeter_SayHello_ServerReader, …Writer
    std::string client_stream_type; // Helloworld__Greeter_SayHello_ClientWriter, …Reader
    std::string servicer_read;      // helloworld__greeter_servicer__say_hello__read
    std::string servicer_write;
    std::string call_read; // helloworld__greeter_stub__say_hello__read
    std::string call_write;
    std::string call_writes_done;
    std::string call_finish;

    std::string request_type; // Helloworld__HelloRequest
    std::string reply_type;
    std::string request_descriptor; // helloworld__hello_request__descriptor
    std::string reply_descriptor;

    // Those at file scope that are the method's own.
    NameViews symbols(Halves halves) const;

  private:
    void name_streams(MethodKind kind, const std::string &servicer);
};

// The async half's. What is the twin of a blocking name is that name and "__async".
struct AsyncServiceNames {
    explicit AsyncServiceNames(const ServiceNames &service);

    std::string servicer;     // Helloworld__Greeter_AsyncServicer
    std::string add_servicer; // helloworld__greeter_add_async_servicer_to_server

    NameViews symbols(Halves halves) const;
};

struct AsyncMethodNames {
    AsyncMethodNames(const ServiceNames &service, const MethodNames &names, MethodKind kind);

    std::string reply_callback; // Helloworld__Greeter_SayHello_ReplyCallback
    std::string call;           // helloworld__greeter_stub__say_hello__async
    std::string handler;        // helloworld__greeter_handle__say_hello__async
    std::string deliver_reply;  // helloworld__greeter_deliver__say_hello__reply

    // Empty where the method's kind has none such, or its client does not stream.
    std::string request_callback; // Helloworld__Greeter_SayHello_RequestCallback
    std::string deliver_request;  // helloworld__greeter_deliver__say_hello__request
    std::string servicer_read;    // helloworld__greeter_servicer__say_hello__read__async
    std::string servicer_write;
    std::string call_read; // helloworld__greeter_stub__say_hello__read__async
    std::string call_write;
    std::string call_writes_done;
    std::string call_finish;

    NameViews symbols(Halves halves) const;
};

// The mock's, of x.grpc-c-mock.h.
struct MockServiceNames {
    MockServiceNames(const ServiceNames &names, const Service &service);

    std::string mock;          // Helloworld__Greeter_Mock
    std::string member;        // base, of the mock; base_ where a method takes that
    std::string init;          // helloworld__greeter_mock_init
    std::string clear;         // helloworld__greeter_mock_clear
    std::string stub;          // helloworld__greeter_mock_stub
    std::string add_to_server; // helloworld__greeter_mock_add_to_server
    std::string mock_table;    // helloworld__greeter_mocks
    std::string method_table;  // helloworld__greeter_mock_methods
    std::string service_table; // helloworld__greeter_mock_service

    NameViews symbols(Halves halves) const;
};

struct MockMethodNames {
    MockMethodNames(const ServiceNames &service, const MethodNames &names);

    std::string mock;   // Helloworld__Greeter_SayHello_Mock
    std::string hear;   // helloworld__greeter_mock_hear__say_hello
    std::string answer; // helloworld__greeter_mock_answer__say_hello

    NameViews symbols() const;
};

// In a skeleton, which is a user's from then on: greeter_servicer, handle_greeter__say_hello.
std::string skeleton_servicer(const Service &service);
std::string skeleton_handler(const Service &service, const Method &method);

// The tables of a file's embedded descriptor, number `index` of those that `proto` embeds.
struct DescriptorNames {
    DescriptorNames(const std::string &proto, size_t index);

    std::string table;        // helloworld_file_0
    std::string bytes;        // helloworld_file_0_bytes
    std::string dependencies; // helloworld_file_0_dependencies
};

// True for names that the libraries keep for themselves: grpc_c_… and protobuf_c_…, which a
// service outside of any package may come to.
bool is_library_name(std::string_view symbol);

// True for what cannot name a member: keywords of any C or C++, and lower-case macros of their
// standard libraries and of compilers.
bool is_keyword(const std::string &name);

// -- files --

// "dir/helloworld.proto" -> "dir/helloworld.grpc-c.h".
std::string header_file(const std::string &proto);
std::string source_file(const std::string &proto);
std::string protobuf_c_header_file(const std::string &proto);
std::string protobuf_c_source_file(const std::string &proto);
std::string mock_header_file(const std::string &proto);
std::string mock_source_file(const std::string &proto);
// "dir/helloworld.proto" -> "dir/helloworld_server.c".
std::string skeleton_file(const std::string &proto);

// "dir/helloworld.proto" -> "DIRx2fHELLOWORLD_GRPC_C_H". What is neither letter, digit nor
// underscore, and a first character that is no letter, becomes x and its code in lower-case hex;
// nothing else is lower-case, so that paths share a guard only when they differ in case alone.
std::string include_guard(const std::string &proto);
std::string mock_include_guard(const std::string &proto);

} // namespace grpc_c
