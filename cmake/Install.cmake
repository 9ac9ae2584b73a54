# What `cmake --install` copies: headers, the libraries, the plugin, their .pc files and the CMake
# package. Every path in it is relative to where it lies, so that the whole may be moved.
include(CMakePackageConfigHelpers)

install(DIRECTORY runtime/include/grpc-c DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
get_target_property(wkt_sources grpc-c-wkt-objects SOURCES)
list(FILTER wkt_sources INCLUDE REGEX "\\.pb-c\\.h$")
install(FILES ${wkt_sources} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/google/protobuf)
install(FILES man/protoc-gen-grpc-c.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(TARGETS grpc-c grpc-c-wkt grpc-c-wkt-static protoc-gen-grpc-c EXPORT grpc-cTargets
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS grpc-c-static EXPORT grpc-cStaticTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

# The static library has a file of its own: it needs core's libraries, which a user of the shared
# one may not have.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/grpc-c)
install(EXPORT grpc-cTargets NAMESPACE grpc-c:: DESTINATION ${package_dir})
install(EXPORT grpc-cStaticTargets NAMESPACE grpc-c:: DESTINATION ${package_dir})
configure_package_config_file(cmake/grpc-cConfig.cmake.in grpc-cConfig.cmake
    INSTALL_DESTINATION ${package_dir})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(grpc-cConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
    cmake/GenerateGrpcC.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/grpc-cConfig.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/grpc-cConfigVersion.cmake
    DESTINATION ${package_dir})

# pkg-config replaces ${pcfiledir} by the folder of the file. Absolute folders stay as they are.
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
foreach(folder LIBDIR INCLUDEDIR)
    set(pc_${folder} ${CMAKE_INSTALL_${folder}})
    if(NOT IS_ABSOLUTE ${pc_${folder}})
        set(pc_${folder} "\${prefix}/${pc_${folder}}")
    endif()
endforeach()
set(pc_prefix ${CMAKE_INSTALL_PREFIX})
if(NOT IS_ABSOLUTE ${pc_dir})
    file(RELATIVE_PATH pc_prefix /${pc_dir} /)
    string(REGEX REPLACE "/$" "" pc_prefix "\${pcfiledir}/${pc_prefix}")
endif()
foreach(pc libgrpc-c.pc libgrpc-c-wkt.pc)
    configure_file(cmake/${pc}.in ${pc} @ONLY)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${pc} DESTINATION ${pc_dir})
endforeach()
