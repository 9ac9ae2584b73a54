#!/usr/bin/env bats
# cases.txt says what proves each case of a generator: that this is so, and complete.

bats_require_minimum_version 1.5.0

setup() {
    list=$SOURCE_DIR/tests/golden/cases.txt
}

cases() {
    grep -E '^[0-9]+\. ' "$list"
}

# The bats file that a test of ctest's runs, for those that are named with a test inside.
file_of() {
    case $1 in
        golden/*) echo golden ;;
        compile/one_program) echo link ;;
        plugin/*) echo "${1#plugin/}" ;;
    esac
}

@test "the cases are 1 to 44, each with a test" {
    diff <(seq 44) <(cases | cut -d. -f1)
    [ "$(grep -A1 -E '^[0-9]+\. ' "$list" | grep -cE '^   [a-z]+/')" -eq 44 ]
}

@test "the tests that prove them exist" {
    local tests line name inside
    # Not from ctest itself, which would begin a new log in the midst of its run.
    tests=$(find "$BUILD_DIR" -name CTestTestfile.cmake -exec cat {} + |
        sed -nE 's/^add_test\((\[=+\[)?([^] "]+).*/\2/p')
    [ -n "$tests" ]
    while read -r line; do
        name=${line%%: *}
        grep -qxF "$name" <<<"$tests" || { echo "no test $name" && return 1; }
        [[ $line == *": "* ]] || continue
        # A golden's tests carry its name in place of the variable.
        inside=${line#*: }
        inside=${inside/#${name#golden/}: /\$CASE: }
        grep -qF "@test \"$inside\"" "$SOURCE_DIR/tests/golden/$(file_of "$name").bats" ||
            { echo "no test in $name: $inside" && return 1; }
    done < <(sed -n 's/^   //p' "$list")
}

@test "the list is the one that the project was given" {
    local given=$SOURCE_DIR/../shared/generator-cases.md
    [ -f "$given" ] || given=/work/shared/generator-cases.md
    if [ ! -f "$given" ]; then
        echo "# no ../shared/generator-cases.md here: not compared" >&3
        return 0
    fi
    diff <(sed -n '/^## Cases/,$p' "$given" | grep -E '^[0-9]+\. ') <(cases)
}
