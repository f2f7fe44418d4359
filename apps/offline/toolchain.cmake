# For `cmake --toolchain PREFIX/toolchain.cmake`, where unpack.sh has put it: the unpacked libraries come
# before the system's, and what is built finds them when it runs, without any environment variable.
set(prefix ${CMAKE_CURRENT_LIST_DIR})
file(GLOB libraries ${prefix}/usr/lib/*-linux-gnu)
get_filename_component(CMAKE_LIBRARY_ARCHITECTURE ${libraries} NAME)
list(PREPEND CMAKE_PREFIX_PATH ${prefix}/usr)
# An rpath of the old kind also holds for the libraries behind the libraries.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,--disable-new-dtags,-rpath,${libraries},-rpath-link,${libraries}")
