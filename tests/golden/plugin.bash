# What the plugin's bats files share. CMake sets PLUGIN, PROTOC, PROTOC_GEN_C, SOURCE_DIR, CC, CXX,
# CLANG, CLANGXX and, where a file runs once a folder, CASE.

# run_plugin OUT [PROTOC-OPTION...]: the plugin over every proto of the folder we are in, with the
# options that the folder's `options` names, and those of $more_options that it does not; OUT in them is
# the folder to write to.
run_plugin() {
    local out=$1 options=
    shift
    if [ -f options ]; then
        options=$(cat options)
    fi
    if [[ -n ${more_options-} && ,$options, != *",$more_options,"* ]]; then
        options+=,$more_options
    fi
    options=${options//OUT/$out}
    mkdir -p "$out"
    # shellcheck disable=SC2046 # names without spaces
    "$PROTOC" "--plugin=protoc-gen-grpc-c=$PLUGIN" -I. ${options:+"--grpc-c_opt=$options"} \
        "--grpc-c_out=$out" "$@" $(find . -name '*.proto' | sed 's|^\./||' | LC_ALL=C sort)
}

# written FOLDER: what the plugin has written there, or is to write.
written() {
    (cd "$1" && find . -name '*.grpc-c*.[ch]' -o -name '*_server.c' | LC_ALL=C sort)
}

# normalise FILE: with 0.0.0 for the version that wrote it, which is as long as most.
normalise() {
    sed '1s/protoc-gen-grpc-c [0-9][^ ]* from/protoc-gen-grpc-c 0.0.0 from/' "$1"
}

# apart CASE: true for goldens whose names are another's by design, so that no program holds both.
apart() {
    case $1 in
        comments_off) ;; # of the protos of comments
        # of package kinds, as all_four_kinds
        both_halves_off | client_off | export_macro | mock | mock_without_* | server_off | skeleton) ;;
        *) return 1 ;;
    esac
}

# strict_flags: for generated code.
strict_flags() {
    echo "-Wall -Wextra -Wpedantic -Wconversion -Wcast-function-type -Werror"
    # Newer clangs have a strict kind of it, which knows of no type that all functions may be cast to.
    echo "-Wno-unknown-warning-option -Wno-cast-function-type-strict"
    echo "-I. -I$SOURCE_DIR/runtime/include $PROTOBUF_C_CFLAGS"
}
