#!/usr/bin/env bats
# What README.md and docs/ quote, name and link to is there.
load blocks

setup() {
    cd "$SOURCE_DIR"
    documents=(README.md docs/*.md)
}

@test "quoted files and messages are what they say" {
    local quoted=0
    for document in "${documents[@]}"; do
        while read -r language file; do
            [[ $file == */* && -f $file ]] || continue
            echo "$document: $file"
            [[ $(<"$file") == *"$(block "$document" "$language" "$file")"* ]]
            # README.md quotes its programs whole.
            [[ $document != README.md ]] ||
                diff -u "$file" <(block "$document" "$language" "$file")
            quoted=$((quoted + 1))
        done < <(fences "$document")
    done
    echo "$quoted quotes"
    for file in proto/helloworld.proto examples/helloworld/{server,client}.c; do
        fences README.md | grep -F " $file"
    done
}

@test "every block says what it is" {
    for document in README.md docs/generated-code.md docs/architecture.md; do
        while read -r language what; do
            echo "$document: $language $what"
            [ -n "$language" ]
            # A path that is none: the file has gone. The CMakeLists.txt is the reader's.
            [[ $what != */* || $what == greeter/CMakeLists.txt || -f $what ]]
        done < <(fences "$document")
    done
}

@test "links lead somewhere" {
    for document in "${documents[@]}"; do
        while read -r target; do
            echo "$document: $target"
            [[ $target == http* || -e $(dirname "$document")/${target%%#*} ]]
        done < <(grep -oP '\]\(\K[^)]+' "$document")
    done
}

@test "paths of the tree exist" {
    local folders='cmake|docs|examples|plugin|proto|runtime|scripts|templates|tests'
    for document in "${documents[@]}"; do
        while read -r path; do
            echo "$document: $path"
            compgen -G "$path" >/dev/null
        done < <(grep -oP "\`\K($folders)/[^\` ]*(?=\`)" "$document")
    done
}

@test "names of the interface and of the greeter exist" {
    grep -rhowE '(grpc_c|GRPC_C|helloworld_|Helloworld_|HELLOWORLD_)_\w+' \
        cmake plugin runtime tests/golden/helloworld tests/reject examples CMakeLists.txt |
        sort -u >"$BATS_TEST_TMPDIR/there"
    # protobuf-c's.
    printf '%s\n' HELLOWORLD__HELLO_REQUEST__INIT Helloworld__Greeter helloworld__greeter >>"$BATS_TEST_TMPDIR/there"
    for document in "${documents[@]}"; do
        while read -r name; do
            echo "$document: $name"
            grep -qx -e "$name" "$BATS_TEST_TMPDIR/there"
        done < <(grep -owE '(grpc_c|GRPC_C|helloworld_|Helloworld_|HELLOWORLD_)_\w+' "$document" |
            sort -u)
    done
}
