// plugin/names: protobuf-c's spelling, our names over it, file names and guards.
#include "cmocka.hh"

#include "names.h"

using namespace grpc_c;

static void test_types_are_spelled_as_protobuf_c_does(void **)
{
    assert_text(c_type("a.b.v1.HTTPReply2"), "A__B__V1__HTTPReply2");
    assert_text(c_type("a.b.v1.HTTPReply2.Inner.DeepOne"), "A__B__V1__HTTPReply2__Inner__DeepOne");
    assert_text(c_type("p.snake_case_message"), "P__SnakeCaseMessage");
    assert_text(c_type("p.lowerCamel"), "P__LowerCamel");
    assert_text(c_type("p.A1B2"), "P__A1B2");
    assert_text(c_type("p._Lead"), "P__Lead");
    assert_text(c_type("p.Trail_"), "P__Trail");
    assert_text(c_type("p.Dou__ble"), "P__DouBle");
    assert_text(c_type("main_pkg.v1beta1.Svc"), "MainPkg__V1beta1__Svc");
    assert_text(c_type("MyPkg_one.Q"), "MyPkgOne__Q");
    assert_text(c_type("Q"), "Q");
    assert_text(c_type("p.x_1y"), "P__X1y");
    assert_text(c_type(".p..Q."), "P__Q");
}

static void test_functions_are_spelled_as_protobuf_c_does(void **)
{
    assert_text(lower_name("a.b.v1.HTTPReply2"), "a__b__v1__httpreply2");
    assert_text(lower_name("a.HTTPReply2.Inner.DeepOne"), "a__httpreply2__inner__deep_one");
    assert_text(lower_name("p.snake_case_message"), "p__snake_case_message");
    assert_text(lower_name("p.lowerCamel"), "p__lower_camel");
    assert_text(lower_name("p.A1B2"), "p__a1_b2");
    assert_text(lower_name("p._Lead"), "p____lead");
    assert_text(lower_name("p.Trail_"), "p__trail_");
    assert_text(lower_name("p.Dou__ble"), "p__dou__ble");
    assert_text(lower_name("main_pkg.v1beta1.Svc"), "main_pkg__v1beta1__svc");
    assert_text(lower_name("MyPkg_one.Q"), "my_pkg_one__q");
    assert_text(lower_name("Q"), "q");
    assert_text(upper_name("a.HTTPReply2.Inner.DeepOne"), "A__HTTPREPLY2__INNER__DEEP_ONE");
    assert_text(upper_name("p.Dou__ble"), "P__DOU__BLE");
}

static void test_methods_are_spelled_as_protobuf_c_does(void **)
{
    assert_text(snake_name("SayHello"), "say_hello");
    assert_text(snake_name("HTTPGet2"), "httpget2");
    assert_text(snake_name("GetURLForID"), "get_urlfor_id");
    assert_text(snake_name("Foo_Bar"), "foo__bar");
    assert_text(snake_name("GetURL"), snake_name("GetUrl"));
}

static Service greeter()
{
    Service service;
    service.name = "Greeter";
    service.full_name = "wire.Greeter";
    service.c_path = "helloworld.Greeter";
    return service;
}

static Method method(const std::string &name)
{
    Method method;
    method.name = name;
    method.request = {"wire.Ask", "helloworld.HelloRequest"};
    method.reply = {"wire.Answer", "other.v1.HelloReply"};
    return method;
}

static void test_names_of_a_service(void **)
{
    const ServiceNames names(greeter());
    assert_text(names.servicer, "Helloworld__Greeter_Servicer");
    assert_text(names.stub, "Helloworld__Greeter_Stub");
    assert_text(names.add_servicer, "helloworld__greeter_add_servicer_to_server");
    assert_text(names.make_stub, "helloworld__greeter_stub");
    assert_text(names.service_name, "HELLOWORLD__GREETER_SERVICE_NAME");
    assert_text(names.method_table, "helloworld__greeter_methods");
    assert_text(names.service_table, "helloworld__greeter_service");
    assert_int_equal(names.symbols({}).size(), 7);
}

static void test_names_of_a_method(void **)
{
    const MethodNames names(ServiceNames(greeter()), method("SayHello"));
    assert_text(names.member, "say_hello");
    assert_text(names.path, "HELLOWORLD__GREETER__SAY_HELLO_METHOD");
    assert_text(names.call, "helloworld__greeter_stub__say_hello");
    assert_text(names.handler, "helloworld__greeter_handle__say_hello");
    assert_text(names.kind, "GRPC_C_METHOD_UNARY");
    assert_text(names.request_type, "Helloworld__HelloRequest");
    assert_text(names.reply_type, "Other__V1__HelloReply");
    assert_text(names.request_descriptor, "helloworld__hello_request__descriptor");
    assert_text(names.reply_descriptor, "other__v1__hello_reply__descriptor");
    assert_int_equal(names.symbols({}).size(), 3);
}

static Method method_of(MethodKind kind, const std::string &name)
{
    Method streaming = method(name);
    streaming.kind = kind;
    return streaming;
}

static MethodNames streaming(MethodKind kind, const std::string &name = "Talk_all")
{
    return {ServiceNames(greeter()), method_of(kind, name)};
}

static void test_names_of_a_method_that_streams_both_ways(void **)
{
    const MethodNames names = streaming(MethodKind::bidi_streaming);
    assert_text(names.kind, "GRPC_C_METHOD_BIDI_STREAMING");
    assert_text(names.call, "helloworld__greeter_stub__talk_all");
    assert_text(names.server_stream_type, "Helloworld__Greeter_TalkAll_ServerReaderWriter");
    assert_text(names.client_stream_type, "Helloworld__Greeter_TalkAll_ClientReaderWriter");
    assert_text(names.servicer_read, "helloworld__greeter_servicer__talk_all__read");
    assert_text(names.servicer_write, "helloworld__greeter_servicer__talk_all__write");
    assert_text(names.call_read, "helloworld__greeter_stub__talk_all__read");
    assert_text(names.call_write, "helloworld__greeter_stub__talk_all__write");
    assert_text(names.call_writes_done, "helloworld__greeter_stub__talk_all__writes_done");
    assert_text(names.call_finish, "helloworld__greeter_stub__talk_all__finish");
    assert_int_equal(names.symbols({}).size(), 11);
}

static void test_names_of_a_method_whose_client_streams(void **)
{
    const MethodNames names = streaming(MethodKind::client_streaming);
    assert_text(names.kind, "GRPC_C_METHOD_CLIENT_STREAMING");
    assert_text(names.server_stream_type, "Helloworld__Greeter_TalkAll_ServerReader");
    assert_text(names.client_stream_type, "Helloworld__Greeter_TalkAll_ClientWriter");
    assert_text(names.servicer_read, "helloworld__greeter_servicer__talk_all__read");
    assert_text(names.call_write, "helloworld__greeter_stub__talk_all__write");
    assert_text(names.call_finish, "helloworld__greeter_stub__talk_all__finish");
    assert_text(names.servicer_write + names.call_read + names.call_writes_done, "");
    assert_int_equal(names.symbols({}).size(), 8);
}

static void test_names_of_a_method_whose_server_streams(void **)
{
    const MethodNames names = streaming(MethodKind::server_streaming);
    assert_text(names.kind, "GRPC_C_METHOD_SERVER_STREAMING");
    assert_text(names.server_stream_type, "Helloworld__Greeter_TalkAll_ServerWriter");
    assert_text(names.client_stream_type, "Helloworld__Greeter_TalkAll_ClientReader");
    assert_text(names.servicer_write, "helloworld__greeter_servicer__talk_all__write");
    assert_text(names.call_read, "helloworld__greeter_stub__talk_all__read");
    assert_text(names.call_finish, "helloworld__greeter_stub__talk_all__finish");
    assert_text(names.servicer_read + names.call_write + names.call_writes_done, "");
    assert_int_equal(names.symbols({}).size(), 8);
}

static void test_async_names_of_a_service(void **)
{
    const AsyncServiceNames names{ServiceNames(greeter())};
    assert_text(names.servicer, "Helloworld__Greeter_AsyncServicer");
    assert_text(names.add_servicer, "helloworld__greeter_add_async_servicer_to_server");
    assert_int_equal(names.symbols({}).size(), 2);
}

static AsyncMethodNames async_names(const Method &method)
{
    const ServiceNames service(greeter());
    return {service, MethodNames(service, method), method.kind};
}

static void test_async_names_of_a_method(void **)
{
    const AsyncMethodNames names = async_names(method("Say_Hello"));
    assert_text(names.reply_callback, "Helloworld__Greeter_SayHello_ReplyCallback");
    assert_text(names.call, "helloworld__greeter_stub__say__hello__async");
    assert_text(names.handler, "helloworld__greeter_handle__say__hello__async");
    assert_text(names.deliver_reply, "helloworld__greeter_deliver__say__hello__reply");
    assert_text(names.request_callback + names.deliver_request + names.servicer_read +
                    names.servicer_write + names.call_read + names.call_write +
                    names.call_writes_done + names.call_finish,
                "");
    assert_int_equal(names.symbols({}).size(), 4);
}

static void test_async_names_of_a_method_that_streams_both_ways(void **)
{
    const AsyncMethodNames names = async_names(method_of(MethodKind::bidi_streaming, "Delete"));
    assert_text(names.reply_callback, "Helloworld__Greeter_Delete_ReplyCallback");
    assert_text(names.request_callback, "Helloworld__Greeter_Delete_RequestCallback");
    assert_text(names.deliver_request, "helloworld__greeter_deliver__delete__request");
    assert_text(names.servicer_read, "helloworld__greeter_servicer__delete__read__async");
    assert_text(names.servicer_write, "helloworld__greeter_servicer__delete__write__async");
    assert_text(names.call, "helloworld__greeter_stub__delete__async");
    assert_text(names.call_read, "helloworld__greeter_stub__delete__read__async");
    assert_text(names.call_write, "helloworld__greeter_stub__delete__write__async");
    assert_text(names.call_writes_done, "helloworld__greeter_stub__delete__writes_done__async");
    assert_text(names.call_finish, "helloworld__greeter_stub__delete__finish__async");
    assert_int_equal(names.symbols({}).size(), 12);
}

static void test_async_names_of_a_method_that_streams_one_way(void **)
{
    const AsyncMethodNames client = async_names(method_of(MethodKind::client_streaming, "Tell"));
    assert_text(client.request_callback, "Helloworld__Greeter_Tell_RequestCallback");
    assert_text(client.deliver_request, "helloworld__greeter_deliver__tell__request");
    assert_text(client.call_finish, "helloworld__greeter_stub__tell__finish__async");
    assert_text(client.servicer_write + client.call_read + client.call_writes_done, "");
    assert_int_equal(client.symbols({}).size(), 9);
    const AsyncMethodNames server = async_names(method_of(MethodKind::server_streaming, "Tell"));
    assert_text(server.servicer_write, "helloworld__greeter_servicer__tell__write__async");
    assert_text(server.call_read, "helloworld__greeter_stub__tell__read__async");
    assert_text(server.request_callback + server.deliver_request + server.servicer_read +
                    server.call_write + server.call_writes_done,
                "");
    assert_int_equal(server.symbols({}).size(), 7);
}

static void test_types_of_streams_are_spelled_as_types(void **)
{
    const auto type = [](const std::string &name) {
        return streaming(MethodKind::server_streaming, name).server_stream_type;
    };
    assert_text(type("GetURLs2"), "Helloworld__Greeter_GetURLs2_ServerWriter");
    assert_text(type("_lead__trail_"), "Helloworld__Greeter_LeadTrail_ServerWriter");
    assert_text(type("delete"), "Helloworld__Greeter_Delete_ServerWriter");
}

static void test_keywords_are_escaped_as_members_alone(void **)
{
    const MethodNames names(ServiceNames(greeter()), method("Delete"));
    assert_text(names.member, "delete_");
    assert_text(names.call, "helloworld__greeter_stub__delete");
    for (const char *keyword : {"default", "class", "register", "new", "bool", "true", "restrict",
                                "typeof", "nullptr", "co_await", "char8_t", "xor_eq", "consteval",
                                "errno", "assert", "linux", "static_assert", "wchar_t"})
        assert_true(is_keyword(keyword));
    for (const char *other : {"delete_", "say_hello", "deleted", "null", "", "base", "init"})
        assert_false(is_keyword(other));
}

static void test_names_that_the_library_keeps(void **)
{
    for (const char *name : {"grpc_c_stub", "GRPC_C_SERVICE_NAME", "protobuf_c_stub__get"})
        assert_true(is_library_name(name));
    for (const char *name : {"grpc_c__greeter_stub", "grpc_c_", "Grpc_c_x", "my_grpc_c_stub"})
        assert_false(is_library_name(name));
}

static void test_files(void **)
{
    assert_text(header_file("dir/hello.world.proto"), "dir/hello.world.grpc-c.h");
    assert_text(source_file("sub-dir/x.proto"), "sub-dir/x.grpc-c.c");
    assert_text(protobuf_c_header_file("x.protodevel"), "x.pb-c.h");
    assert_text(header_file("no_suffix"), "no_suffix.grpc-c.h");
}

static void test_guards_tell_paths_apart(void **)
{
    assert_text(include_guard("helloworld.proto"), "HELLOWORLD_GRPC_C_H");
    assert_text(include_guard("route_guide.proto"), "ROUTE_GUIDE_GRPC_C_H");
    assert_text(include_guard("a_b.proto"), "A_B_GRPC_C_H");
    assert_text(include_guard("a/b.proto"), "Ax2fB_GRPC_C_H");
    assert_text(include_guard("a-b.proto"), "Ax2dB_GRPC_C_H");
    assert_text(include_guard("a.b.proto"), "Ax2eB_GRPC_C_H");
    assert_text(include_guard("ax2fb.proto"), "AX2FB_GRPC_C_H");
}

static void test_guards_are_identifiers_of_ours(void **)
{
    assert_text(include_guard("2fast.proto"), "x32FAST_GRPC_C_H");
    assert_text(include_guard("_lead.proto"), "x5fLEAD_GRPC_C_H");
    assert_text(include_guard("__lead.proto"), "x5f_LEAD_GRPC_C_H");
    assert_text(include_guard("\xc3\xbc.proto"), "xc3xbc_GRPC_C_H");
}

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(test_types_are_spelled_as_protobuf_c_does),
        cmocka_unit_test(test_functions_are_spelled_as_protobuf_c_does),
        cmocka_unit_test(test_methods_are_spelled_as_protobuf_c_does),
        cmocka_unit_test(test_names_of_a_service),
        cmocka_unit_test(test_names_of_a_method),
        cmocka_unit_test(test_names_of_a_method_that_streams_both_ways),
        cmocka_unit_test(test_names_of_a_method_whose_client_streams),
        cmocka_unit_test(test_names_of_a_method_whose_server_streams),
        cmocka_unit_test(test_async_names_of_a_service),
        cmocka_unit_test(test_async_names_of_a_method),
        cmocka_unit_test(test_async_names_of_a_method_that_streams_both_ways),
        cmocka_unit_test(test_async_names_of_a_method_that_streams_one_way),
        cmocka_unit_test(test_types_of_streams_are_spelled_as_types),
        cmocka_unit_test(test_keywords_are_escaped_as_members_alone),
        cmocka_unit_test(test_names_that_the_library_keeps),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_guards_tell_paths_apart),
        cmocka_unit_test(test_guards_are_identifiers_of_ours),
    };
    return cmocka_run_group_tests_name("names", tests, nullptr, nullptr);
}
