#!/usr/bin/python3
"""Writes a proto with services, methods and messages whose names have every length from 1 to 70
(services and messages with their package), always the same ones: what the layout pass has to break like clang-format.

usage: many_names.py SEED > FILE.proto
"""
import random
import sys


def name(rng, prefix, length, number):
    """A camel-case name of that length or a little more, unlike the others."""
    text = prefix + str(number)
    while len(text) < length:
        text += rng.choice("ABCDEFGHIJKLM") + rng.choice("nopqrstuvwxyz") * rng.randint(2, 9)
    return text[: max(length, len(prefix + str(number)))]


def comment(rng, indent):
    """Some lines of words, or none; up to 110 columns wide."""
    for _ in range(rng.choice([0, 0, 1, 1, 2, 5])):
        width = rng.randint(3, 110)
        words = []
        while len(" ".join(words)) < width:
            words.append("w" * rng.choice([1, 2, 3, 5, 8, 13]))
        print(indent + "// " + " ".join(words))


def main():
    rng = random.Random(int(sys.argv[1]))
    package = rng.choice(["p", "pack", "some.package.v1"])
    longest = 70 - len(package)
    print('syntax = "proto3";\n\npackage %s;\n' % package)
    messages = [name(rng, "M", rng.randint(1, longest), i) for i in range(300)]
    for message in messages:
        print("message %s {}" % message)
    for i in range(100):
        comment(rng, "")
        print("service %s {" % name(rng, "S", rng.randint(1, longest - 6), i))
        if rng.random() < 0.2:
            print("  option deprecated = true;")
        for j in range(rng.randint(1, 5)):
            comment(rng, "  ")
            print(
                "  rpc %s(%s%s) returns (%s%s);"
                % (
                    name(rng, "R", rng.randint(1, 70), j),
                    rng.choice(["", "stream "]),
                    rng.choice(messages),
                    rng.choice(["", "stream "]),
                    rng.choice(messages),
                )
            )
        print("}")


main()
