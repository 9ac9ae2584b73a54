#!/usr/bin/env python3
"""docs/templates.md against templates/ and the plugin: every fragment, and every variable.

usage: templates.py SOURCE_DIR PROTOC PLUGIN, in an empty folder
"""
import pathlib
import re
import subprocess
import sys

source, protoc, plugin = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
document = (source / "docs/templates.md").read_text()

# ---- what the document says

sets = {"–": []}
for name in ("file", "service", "method"):
    section = re.search(rf"^### {name}\n(.*?)^##", document, re.S | re.M).group(1)
    sets[name] = re.findall(r"^\| `(\w+)` \|", section, re.M)
fragments = {}
for name, of, own in re.findall(r"^\| `([\w/.]+)` \| .* \| (–|\w+) \| (.*)\|$", document, re.M):
    assert name not in fragments, name
    fragments[name] = sets[of] + re.findall(r"`(\w+)`", own)

# ---- what there is

templates = {
    str(file.relative_to(source / "templates"))[: -len(".tmpl")]: file.read_text()
    for file in (source / "templates").rglob("*.tmpl")
}
assert sorted(fragments) == sorted(templates), set(fragments) ^ set(templates)
for name, text in templates.items():
    used = set(re.findall(r"\$(\w+)\$", text))
    assert used <= set(fragments[name]), (name, used - set(fragments[name]))

# Every name that the plugin gives a value is in the document somewhere.
documented = {variable for variables in fragments.values() for variable in variables}
for file in source.glob("plugin/render*.cc"):
    given = set(re.findall(r'(?:\{|variables\[)"([a-z_]+)"[,\]]', file.read_text()))
    assert given <= documented, (file.name, given - documented)

# ---- what the plugin does

PROTO = """syntax = "proto3";
package p;
message M {}
// A comment that is short.
service Short {
  // Commented.
  rpc Unary(M) returns (M);
  rpc Client(stream M) returns (M);
  rpc Server(M) returns (stream M);
  rpc Bidi(stream M) returns (stream M);
}
// %s
service Long { rpc Unary(M) returns (M); }
service Empty {}
""" % ("A comment that is long. " * 10)
pathlib.Path("protos").mkdir()
pathlib.Path("protos/services.proto").write_text(PROTO)
pathlib.Path("protos/importer.proto").write_text(
    'syntax = "proto3";\nimport "services.proto";\nservice S { rpc Get(p.M) returns (p.M); }\n')
pathlib.Path("protos/alone.proto").write_text('syntax = "proto3";\nmessage Alone {}\n')
pathlib.Path("protos/silent.proto").write_text(
    'syntax = "proto3";\nimport "protobuf-c/protobuf-c.proto";\n'
    'option (pb_c_file).no_generate = true;\n')


def run(name, text):
    """What protoc says when this text stands in the fragment's place."""
    mine = pathlib.Path("mine") / (name + ".tmpl")
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text(text)
    for old in pathlib.Path(".").glob("*_server.c"):
        old.unlink()
    options = "mock,descriptors,skeleton=.,extra_includes=stddef.h,templates=mine"
    result = subprocess.run(
        [protoc, f"--plugin=protoc-gen-grpc-c={plugin}", "-Iprotos", f"--grpc-c_opt={options}",
         "--grpc-c_out=.", "services.proto", "importer.proto", "alone.proto",
         "silent.proto"],
        capture_output=True, text=True, check=False)
    mine.unlink()
    return result.stderr


for name, variables in sorted(fragments.items()):
    text = templates[name]
    said = run(name, text + "".join(f"${variable}$\n" for variable in variables))
    assert said == "", (name, said)
    # And it is this fragment that was read.
    said = run(name, text + "$unheard_of$\n")
    line = text.count("\n") + 1
    assert f"template mine/{name}.tmpl:{line}: unknown variable $unheard_of$" in said, (name, said)
print(len(fragments), "fragments,", len(documented), "variables")
