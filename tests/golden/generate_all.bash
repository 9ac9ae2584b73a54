#!/bin/bash
# Every golden's code in OUT/CASE, its messages in OUT.messages/CASE; OUT/all.c, which includes all of
# the code but that of goldens apart, which have an OUT/all.CASE.c each; and beside each the flags
# for it. What the tests compile/… compile.
#
# Messages come from system headers: a oneof is an unnamed union there, which C99 does not have.
#
# usage: generate_all.bash OUT   (environment: plugin.bash)
set -euo pipefail
. "$SOURCE_DIR/tests/golden/plugin.bash"

out=$1
more_options=messages
rm -rf "$out" "$out.messages"
mkdir -p "$out" "$out.messages/well_known"
for folder in "$SOURCE_DIR"/tests/golden/*/; do
    cd "$folder"
    case=$(basename "$folder")
    run_plugin "$out/$case"
    mkdir -p "$out.messages/$case"
    (cd "$out/$case" && find . -name '*.pb-c.?' -print0 |
        tar --create --null --files-from=- --remove-files) | tar --extract -C "$out.messages/$case"
    # Where the includes have a prefix, it leads to the files.
    prefix=$(sed -n 's/.*include_prefix=\([^,]*\).*/\1/p' options 2>/dev/null || true)
    for place in "$out" "$out.messages"; do
        if [ -n "$prefix" ]; then
            mkdir -p "$place/$case/$(dirname "$prefix")"
            ln -s "$place/$case" "$place/$case/$prefix"
        fi
    done
    all=$out/all.c
    if apart "$case"; then
        all=$out/all.$case.c
    fi
    echo "-I$out/$case -I$folder -isystem $out.messages/$case" >>"${all%.c}.flags"
    (cd "$out" && find "$case" -name '*.grpc-c*.c' | LC_ALL=C sort) |
        sed 's/.*/#include "&"/' >>"$all"
done

# Those of google/protobuf that the goldens import.
for flags in "$out"/all*.flags; do
    echo "-isystem $out.messages/well_known" >>"$flags"
done
"$PROTOC" "--plugin=protoc-gen-c=$PROTOC_GEN_C" "--c_out=$out.messages/well_known" \
    google/protobuf/{any,descriptor,empty,struct,timestamp}.proto
