# The code blocks of the documents. The first line of a block carries, after the language, a word
# that says what the block is: the path of a file of the tree, which it then quotes word by word, or
# a name, under which a test takes it.

# fences FILE: the first lines of its blocks, without the backquotes.
fences() {
    awk '/^```/ { inside = !inside; if (inside) print substr($0, 4) }' "$1"
}

# block FILE LANGUAGE NAME: the text of each such block.
block() {
    awk -v wanted="\`\`\`$2 $3" '
        /^```/ { taking = !inside && $0 == wanted; found += taking; inside = !inside; next }
        taking
        END { if (!found) { print FILENAME ": no block " wanted >"/dev/stderr"; exit 1 } }' "$1"
}
