#!/bin/bash
# The seeds of a fuzz target: a file each in OUT. What the bytes mean is said where a target begins.
#
# usage: seeds.bash TARGET OUT   (environment: PROTOC, SOURCE_DIR)
set -euo pipefail

target=$1
out=$2
rm -rf "$out" "$out.tmp"
mkdir -p "$out" "$out.tmp"

# seed NAME FORMAT…: what printf makes of that.
seed() {
    # shellcheck disable=SC2059 # formats are what is written here
    printf "${@:2}" >"$out/$1"
}

# ---- plugin_request: the requests that protoc makes of goldens which differ much

# request CASE OPTIONS
request() {
    cd "$SOURCE_DIR/tests/golden/$1"
    # shellcheck disable=SC2046 # names without spaces
    REQUEST=$out/$1 "$PROTOC" "--plugin=protoc-gen-keep=$out.tmp/keep" -I. ${2:+"--keep_opt=$2"} \
        "--keep_out=$out.tmp" $(find . -name '*.proto' | sed 's|^\./||' | LC_ALL=C sort)
}

plugin_request() {
    # A plugin that keeps what it is asked, and answers with supported_features: proto3's optional.
    cat >"$out.tmp/keep" <<'END'
#!/bin/sh
cat >"$REQUEST"
printf '\020\001'
END
    chmod +x "$out.tmp/keep"
    request all_four_kinds ""
    request acronyms_and_digits messages
    request c_package ""
    request comments no_async
    request deprecated no_comments
    request hostile_comments ""
    request import_public_chain messages
    request keyword_methods messages,no_async
    request nested_messages messages
    request no_package ""
    request proto2 messages
    request proto3_optional messages
    request zero_method_service ""
}

# ---- codec

# message NUMBER PROTO TYPE TEXT: of the type with this number, with all the memory there is.
message() {
    seed "$1.$3" "\\x0$1\\xff"
    "$PROTOC" -I"$(dirname "$2")" --encode="$3" "$2" <<<"$4" >>"$out/$1.$3"
}

# A node in a node, and so on.
chain() {
    local text=$2 i
    for ((i = 0; i < $1; i++)); do
        text="child { $text }"
    done
    echo "$text"
}

codec() {
    local nesting=$SOURCE_DIR/tests/unit/nesting.proto
    local three=$SOURCE_DIR/tests/fuzz/messages.proto two=$SOURCE_DIR/tests/fuzz/messages2.proto
    local scalars='a_double: 1.5 a_float: -2 an_int32: -3 an_int64: 4 a_uint32: 5 a_uint64: 6 a_sint32: -7
        a_sint64: -8 a_fixed32: 9 a_fixed64: 10 an_sfixed32: -11 an_sfixed64: -12 a_bool: true
        a_string: "string" some_bytes: "\001\377" a_color: BLUE an_optional: 0'
    local lists='doubles: [1, 2] floats: [3, 4] int32s: [-1, 5] int64s: [6, 7] uint32s: [8, 9]
        sint64s: [-1, 1] fixed32s: [1, 2] sfixed64s: [3, 4] bools: [true, false] strings: ["a", "b"]
        byteses: ["c", ""] colors: [RED, BLUE] scalars: { a_bool: true }'
    message 0 "$nesting" nesting.Flat 'text: "text" numbers: [1, -1, 300]'
    message 1 "$nesting" nesting.Shallow 'flat { text: "one" } many { numbers: 7 } many { text: "two" }'
    message 2 "$nesting" nesting.Node 'child { text: "down" } children { left { text: "x" } } children { right: "y" }
        named { key: "k" value { text: "v" } }'
    message 3 "$nesting" nesting.Ping 'pong { shallow { flat { text: "t" } } ping { pong { } } }'
    message 4 "$three" fuzz.Scalars "$scalars"
    message 5 "$three" fuzz.Lists "$lists"
    message 6 "$three" fuzz.Tree "named { key: 'a' value { label: 'b' } } numbered { key: -1 value: 'c' }
        branches { tree { bare: true } lists { bools: true } } grafted { scalars { $scalars } }"
    message 7 "$three" fuzz.Branch "tree { branches { lists { $lists } } } lists { strings: 's' }"
    message 8 "$two" fuzz2.Order 'name: "n" count: 1 size: SMALL note: "o" mark: "m" packed_numbers: [1, -1]
        numbers: [2, -2] part_of { name: "p" count: 2 owner { id: 3 } } owner { id: 4 } price: 1.5'
    message 9 "$two" fuzz2.Owner 'id: 1 orders { name: "n" count: 1 owner { id: 2 } }'
    "$PROTOC" -I"$(dirname "$nesting")" --encode=nesting.Node "$nesting" <<<"$(chain 90 'text: "deep"')" \
        >"$out.tmp/deep"
    seed deep '\x02\xff'
    cat "$out.tmp/deep" >>"$out/deep"
    seed short_of_memory '\x00\x03\x0a\x40%064d\x12\x03\x01\x02\x03' 0
}

# ---- metadata

# entry KEY VALUE: for printf; keys that end in -bin are given their ending by the target.
entry() {
    local kind=x
    [[ $1 != *-bin ]] || kind='\x00'
    printf '%s\\x%02x%s\\x%02x%s' "$kind" "${#1}" "$1" "${#2}" "$2"
}

metadata() {
    local several
    several=$(entry key value)$(entry key another)$(entry x-trace-bin abc)$(entry a.b_c-9 '')
    seed several "\\x02$several"
    seed bytes "x\\x00\\x07a-------\\x06\\x00\\xff\\n\\r=%%z"
    seed reserved "x$(entry grpc-timeout 1S)$(entry key v)$(entry te trailers)$(entry :path /)"
    seed illegal "x$(entry Key v)$(entry key v)$(entry 'k y' v)"
    seed control 'xx\x03key\x03a\x01bx\x03key\x03a\xc3\xa4x\x02ok\x02ok'
}

# ---- status

status() {
    seed not_found '\x05\x00\x09not found\x04\x08\x05\x12\x00\x05x-key\x05value'
    seed twice '\x0d\x03\x05%%s%%n%%\x00\x09x-key-bin\x03\x00\xff\x01'
    seed no_code '\x7f\x02\x04a\x00bc\x02de\x03key\x00'
    seed negative '\xff\x00\x06caf\xc3\xa9!\x00\x03key\x05value'
    seed ok '\x00\x01\x04text\x01x\x01k\x01v'
    seed reserved '\x02\x00\x01m\x01d\x17grpc-status-details-bin\x01x'
}

# ---- decompress: first with flags that say "compress this", then with compressed bytes

decompress() {
    local long
    long=$(printf 'abcdefg%.0s' {1..200})
    seed gzip '\x00\xff\xff\x07\x00the message'
    seed deflate '\x01\xff\xff\x00\x00%s' "$long"
    seed changed '\x00\xff\xff\x02\x01\x00\x0c\x01%s' "$long"
    seed at_the_limit '\x00\x05\x78\xff\x00%s' "$long"
    seed over_the_limit '\x01\x05\x77\x01\x00%s' "$long"
    seed empty '\x00\x00\x00\x00\x00'
    seed raw_gzip '\x02\xff\xff\x03'
    gzip -n <<<"$long" >>"$out/raw_gzip"
    seed raw_two_members '\x02\xff\xff\x03'
    { gzip -n <<<one && gzip -n <<<two; } >>"$out/raw_two_members"
    seed raw_deflate '\x03\xff\xff\x03\x78\x9c\x4b\x4c\x4a\x06\x00\x02\x4d\x01\x27'
}

"$target"
rm -r "$out.tmp"
