#!/usr/bin/env bats
# What the golden `deprecated` says to compilers: nothing where it is only included, a warning where
# it is called. And what a header says when it meets another version of the library.

load plugin

setup() {
    cd "$ALL/deprecated"
}

# user STATEMENT: the C of a client.
user() {
    echo '#include "deprecated.grpc-c.h"
#include "file.grpc-c.h"
void user(const Old__Partly_Stub *stub, const Old__M *request, grpc_c_client_context *context);
void user(const Old__Partly_Stub *stub, const Old__M *request, grpc_c_client_context *context)
{
    (void)stub, (void)request, (void)context;
    '"$1"'
}'
}

# compiles STATEMENT COMPILER LANGUAGE [FLAG…]: as strictly as the goldens are compiled.
compiles() {
    local statement=$1 compiler=$2 language=$3
    shift 3
    # shellcheck disable=SC2046 # flags are words
    user "$statement" | "$compiler" -x "$language" $(strict_flags) -isystem "$ALL.messages/deprecated" \
        "$@" -fsyntax-only -
}

calls=(
    'old__partly_stub__goes(stub, request, context);'
    'old__partly_stub__goes__async(stub, request, context, NULL, NULL);'
    'old__partly_stub__goes_up(stub, context);'
    'old__partly_stub__goes_up__async(stub, context);'
    'old__partly_stub__goes_down(stub, request, context);'
    'old__partly_stub__goes_down__async(stub, request, context);'
    'old__partly_stub__goes_both(stub, context);'
    'old__partly_stub__goes_both__async(stub, context);'
    'old__wholly_stub(NULL);'
    'old__wholly_stub__get(NULL, request, context);'
    'old__wholly_stub__get__async(NULL, request, context, NULL, NULL);'
    'old__file__svc_stub(NULL);'
    'old__file__svc_stub__get(NULL, NULL, context);'
)

@test "who calls nothing deprecated is not warned" {
    local statement='old__partly_stub__stays(stub, request, context);'
    statement+=' old__partly_stub(NULL); old__wholly_add_servicer_to_server(NULL, NULL, NULL);'
    compiles "$statement" "$CC" c
    compiles "$statement" "$CLANG" c
    compiles "$statement" "$CXX" c++
    compiles "$statement" "$CLANGXX" c++
}

@test "each call of what is deprecated is a warning, by name" {
    local call
    for call in "${calls[@]}"; do
        run compiles "$call" "$CC" c
        [ "$status" -ne 0 ]
        [[ $output == *"${call%%(*}"*"is deprecated"* ]]
    done
    run compiles "${calls[*]}" "$CLANGXX" c++ -ferror-limit=0
    [ "$(grep -c 'is deprecated' <<<"$output")" -eq ${#calls[@]} ]
}

@test "GRPC_C_DEPRECATED defined as nothing silences them" {
    compiles "${calls[*]}" "$CC" c -DGRPC_C_DEPRECATED=
}

@test "a header of another version says what to do" {
    cd "$BATS_TEST_TMPDIR"
    cp "$ALL"/deprecated/*.h .
    sed -i 's/^#if GRPC_C_GENERATED_ABI != .*/#if GRPC_C_GENERATED_ABI != 1/' deprecated.grpc-c.h
    run compiles "" "$CC" c
    [ "$status" -ne 0 ]
    [[ $output == *"generated for another version of grpc-c: run the installed protoc-gen-grpc-c again"* ]]
}
