# What the install tests share. GRPC_C_BINARY_DIR, set by ctest, is the build that is installed.

# install_package PREFIX
install_package() {
    cmake --install "$GRPC_C_BINARY_DIR" --prefix "$1" >/dev/null
}

# use_package PREFIX: sets prefix, libdir and pkg-config's path.
use_package() {
    prefix=$1
    libdir=$(dirname "$(find "$prefix" -name libgrpc-c.so)")
    export PKG_CONFIG_PATH=$libdir/pkgconfig
}

# build SOURCE BINARY [OPTION…]: configures and builds a project against the package.
build() {
    local source=$1 binary=$2
    shift 2
    cmake -S "$source" -B "$binary" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Debug "$@" &&
        cmake --build "$binary"
}

# no PATTERN: nothing on standard input matches; what does is shown.
no() {
    run grep -nE -e "$1"
    echo "$output"
    [ "$status" -eq 1 ]
}
