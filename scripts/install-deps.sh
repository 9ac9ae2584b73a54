#!/usr/bin/env bash
# Installs, on Debian and its kin, what the build needs and is missing; with --test, what the tests
# need too, with --bench, what the benchmarks compare with. Leaves apt alone where nothing is missing. docs/dependencies.md says more.
set -euo pipefail

# package              reason
build_packages="
gcc                    the runtime is C
libc6-dev              the C library's headers
g++                    the plugin is C++
cmake                  the build; 3.21 for its presets
ninja-build            what the presets build with
pkgconf                finds protobuf-c
protobuf-compiler      protoc
libprotoc-dev          what the plugin is built on
libprotobuf-dev        the same; and the protos of the well-known types
libprotobuf-c-dev      messages in C
protobuf-c-compiler    protoc-gen-c, which writes them
libgrpc-dev            gRPC core
libssl-dev             checks keys and certificates before core gets them
zlib1g-dev             decompresses what peers send
"
test_packages="
bats                   golden, reject and install tests
libcmocka-dev          unit tests
python3                peers of the integration tests
python3-grpcio         a gRPC that is not ours, to talk to
python3-protobuf       its messages
openssl                makes the certificates of the tests, and is a peer itself
python3-h2             frames made by hand, which no gRPC would send
protobuf-compiler-grpc writes its stubs
libgrpc++-dev          what the benchmarks compare with
grpc-proto             the protos of gRPC's interop tests
golang-etcd-server-dev etcd's protos, which the plugin must take, and those that they import:
golang-github-gogo-protobuf-dev              gogo's options
golang-github-grpc-ecosystem-grpc-gateway-dev google/api/annotations.proto
nodejs                 grpc-js, a gRPC that is not built on gRPC core, to talk to
npm                    installs grpc-js, and buf, which runs the plugin, too
make                   the other generator that grpc_c_generate() serves
clang                  public headers under a second compiler; fuzzing
libclang-rt-dev        the fuzzer's and clang's sanitizers' run time
clang-format-14        one style, one version of it
clang-tidy             lint
mandoc                 lint of the man page
shellcheck             lint of the scripts
valgrind               finds leaks in what no sanitizer is built into
git                    check.sh asks it which files are ours
util-linux             setarch: ThreadSanitizer wants addresses that are not random
"

bench_packages="
libgrpc++-dev          gRPC C++, to compare with
protobuf-compiler-grpc writes its stubs
binutils               strip, for the size of the library
python3                runs the benchmarks and prints what they measured
"

packages=$build_packages
case ${1-} in
    "") ;;
    --test) packages+=$test_packages ;;
    --bench) packages+=$bench_packages ;;
    *)
        echo "usage: $0 [--test | --bench]" >&2
        exit 2
        ;;
esac
mapfile -t names < <(awk 'NF { print $1 }' <<<"$packages")

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "$0: no apt here; install by hand what these Debian packages hold" \
        "(docs/dependencies.md has other systems' names): ${names[*]}" >&2
    exit 1
fi

missing=()
for name in "${names[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null || true)
    # Of a package for several architectures, one line of status a piece.
    [[ $status == *installed* && $status != *not-installed* ]] || missing+=("$name")
done
# Node.js may come from elsewhere, with an npm of its own; Debian's does not install beside it.
if command -v node >/dev/null && command -v npm >/dev/null; then
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | grep -vxE 'nodejs|npm|')
fi
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || {
        echo "$0: run as root, or install sudo, to install: ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null
}

echo "Installing: ${missing[*]}"
# The lists may be absent or old: they are fetched where the first try fails for want of them.
if ! apt install --no-install-recommends --simulate "${missing[@]}" >/dev/null 2>&1; then
    apt update
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    apt install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1
}
if ! install; then
    # The lists named versions that the mirror has replaced.
    apt update
    install || {
        cat "$log" >&2
        exit 1
    }
fi
