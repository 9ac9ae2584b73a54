# What the project is built on, as imported targets:
#   grpc-core   gRPC core's C API: libgrpc and libgpr, and nothing that their .pc files drag in
#   protobuf-c  protobuf-c's runtime
#   OpenSSL::Crypto, ZLIB::ZLIB
# and PROTOC, PROTOC_GEN_C, the programs that grpc_c_generate() runs.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

# grpc.pc lists some 25 absl modules for static linking; the shared libraries carry their own needs.
find_path(GRPC_CORE_INCLUDE_DIR grpc/grpc.h REQUIRED)
find_library(GRPC_CORE_LIBRARY grpc REQUIRED)
find_library(GPR_LIBRARY gpr REQUIRED)
add_library(grpc-core INTERFACE IMPORTED)
target_include_directories(grpc-core INTERFACE ${GRPC_CORE_INCLUDE_DIR})
target_link_libraries(grpc-core INTERFACE ${GRPC_CORE_LIBRARY} ${GPR_LIBRARY})

pkg_check_modules(protobuf-c REQUIRED IMPORTED_TARGET libprotobuf-c>=1.4.0)
add_library(protobuf-c INTERFACE IMPORTED)
target_link_libraries(protobuf-c INTERFACE PkgConfig::protobuf-c)

find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)

find_program(PROTOC protoc REQUIRED)
find_program(PROTOC_GEN_C protoc-gen-c REQUIRED)
