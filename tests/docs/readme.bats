#!/usr/bin/env bats
# README.md, followed by the letter: its commands and its CMakeLists.txt turn its sources into a
# server and a client, which say what it says. A package in a folder of ours stands for the one in
# /usr/local.
load blocks
load ../install/helpers

setup_file() {
    install_package "$BATS_FILE_TMPDIR/prefix"
}

setup() {
    use_package "$BATS_FILE_TMPDIR/prefix"
    readme=$SOURCE_DIR/README.md
    export HOME=$BATS_TEST_TMPDIR PATH=$prefix/bin:$PATH
    export CMAKE_PREFIX_PATH=$prefix LD_LIBRARY_PATH=$libdir
    servers=()
    cd "$SOURCE_DIR"
    run_block folder
}

teardown() {
    for pid in "${servers[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

# run_block NAME: a block of commands, as a reader types them; it may change the folder.
run_block() {
    local commands
    commands=$(block "$readme" sh "$1")
    echo "$commands"
    eval "set -e; $commands"
}

# says NAME: what README.md has that program print; the same everywhere it shows it.
says() {
    block "$readme" text "$1" | sort -u
}

# greet SERVER CLIENT: one call, on a free port rather than README.md's.
greet() {
    mkfifo said
    "$1" 127.0.0.1:0 >said 3>&- &
    servers+=("$!")
    read -r line <said
    port=${line##* }
    [ "${line/%$port/50051}" = "$(says server)" ]
    [ "$("$2" "127.0.0.1:$port")" = "$(says client)" ]
    kill -TERM "${servers[0]}"
    wait "${servers[0]}"
}

@test "protoc writes the four files, and cc makes a server and a client of them" {
    run_block protoc
    diff <(ls out) - <<'END'
helloworld.grpc-c.c
helloworld.grpc-c.h
helloworld.pb-c.c
helloworld.pb-c.h
END
    run_block cc
    greet ./greeter_server ./greeter_client
}

@test "the CMakeLists.txt makes a server and a client" {
    block "$readme" cmake greeter/CMakeLists.txt >CMakeLists.txt
    run_block cmake
    greet build/greeter_server build/greeter_client
}

@test "the snippets compile" {
    run_block protoc
    {
        printf '#include <%s>\n' stdio.h grpc-c/grpc-c.h
        echo '#include "helloworld.grpc-c.h"'
        block "$readme" c snippet
        echo 'const Helloworld__Greeter_Servicer greeter = {.say_hello = say_hello};'
        echo 'void use(void);'
        echo 'void use(void)'
        echo '{'
        echo '    greet(NULL, NULL, NULL);'
        echo '    greet_later(NULL, NULL, NULL);'
        echo '    helloworld__greeter_add_async_servicer_to_server(&later, NULL, NULL);'
        echo '}'
    } >snippets.c
    # shellcheck disable=SC2046 # Flags are words.
    cc -std=c11 -Wall -Wextra -Wpedantic -Werror -Iout -c snippets.c \
        $(pkg-config --cflags libgrpc-c)
}

@test "the first commands are there, and the demo builds what is installed" {
    for name in demo test; do
        script=$SOURCE_DIR/$(block "$readme" sh "$name")
        [ -x "$script" ]
    done
    folder=$(block "$readme" sh install | grep -oP 'cmake --install \K\S+')
    grep -F -- "cmake --build $folder" "$SOURCE_DIR/scripts/demo.sh"
}
