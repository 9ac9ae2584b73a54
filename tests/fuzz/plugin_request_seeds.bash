#!/bin/bash
# In OUT, the CodeGeneratorRequests that protoc makes of goldens which differ much, a file each.
#
# usage: plugin_request_seeds.bash OUT   (environment: PROTOC, SOURCE_DIR)
set -euo pipefail

out=$1
rm -rf "$out"
mkdir -p "$out" "$out.tmp"
# A plugin that keeps what it is asked, and answers with supported_features: proto3's optional.
cat >"$out.tmp/keep" <<'END'
#!/bin/sh
cat >"$REQUEST"
printf '\020\001'
END
chmod +x "$out.tmp/keep"

# keep CASE OPTIONS
keep() {
    cd "$SOURCE_DIR/tests/golden/$1"
    # shellcheck disable=SC2046 # names without spaces
    REQUEST=$out/$1 "$PROTOC" "--plugin=protoc-gen-keep=$out.tmp/keep" -I. ${2:+"--keep_opt=$2"} \
        "--keep_out=$out.tmp" $(find . -name '*.proto' | sed 's|^\./||' | LC_ALL=C sort)
}

keep all_four_kinds ""
keep acronyms_and_digits messages
keep c_package ""
keep comments no_async
keep deprecated no_comments
keep hostile_comments ""
keep import_public_chain messages
keep keyword_methods messages,no_async
keep nested_messages messages
keep no_package ""
keep proto2 messages
keep proto3_optional messages
keep zero_method_service ""
rm -r "$out.tmp"
