#!/bin/bash
# Every golden's code in OUT/CASE, its messages in OUT.messages/CASE; OUT/all.c, which includes all of
# the code, and OUT/flags, the folders to look in. What the tests compile/… compile.
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
    apart "$case" && continue
    echo "-I$out/$case -isystem $out.messages/$case" >>"$out/flags"
    (cd "$out" && find "$case" -name '*.grpc-c.c' | LC_ALL=C sort) | sed 's/.*/#include "&"/'
done >"$out/all.c"

# Those of google/protobuf that the goldens import.
echo "-isystem $out.messages/well_known" >>"$out/flags"
"$PROTOC" "--plugin=protoc-gen-c=$PROTOC_GEN_C" "--c_out=$out.messages/well_known" \
    google/protobuf/{any,descriptor,empty,struct,timestamp}.proto
