#!/bin/sh
# Compiles wasi-libc for wasm32-wasip1-threads into a sysroot.
#
#   build.sh LIBC SYSROOT      with CLANG, AR, JOBS from the environment
#
# LIBC is the folder lib/libc of Zig's distribution, which has the sources of
# musl and of wasi-libc.  The single-threaded wasi-libc takes over most of musl
# but not its threads; thread-sources.txt lists what is missing there, and the
# C files beside this script put it on wasi-threads.
#
# Not in it: cancellation, signals, C++.
set -eu
HERE=$(cd "$(dirname "$0")" && pwd)
LIBC=$1 SYSROOT=$2 TARGET=wasm32-wasip1-threads
TOP=$LIBC/wasi/libc-top-half BOTTOM=$LIBC/wasi/libc-bottom-half
INCLUDE=$SYSROOT/include/$TARGET LIB=$SYSROOT/lib/$TARGET
WORK=$SYSROOT/obj

rm -rf "$SYSROOT"
mkdir -p "$WORK" "$INCLUDE" "$LIB"

# Compiler headers and libc's own, none of the host's.
COMMON="--target=$TARGET -O2 -std=gnu17 -w -Wno-incompatible-pointer-types
  -Wno-int-conversion -fno-trapping-math -fno-stack-protector -DNDEBUG
  -DBULK_MEMORY_THRESHOLD=32 -pthread -matomics -mbulk-memory
  -ftls-model=local-exec -nostdinc
  -isystem $($CLANG -print-resource-dir)/include
  -isystem $LIBC/include/wasm-wasi-musl -isystem $LIBC/include/generic-musl"
MUSL="-I$TOP/musl/src/include -I$LIBC/musl/src/include
  -I$TOP/musl/src/internal -I$LIBC/musl/src/internal"
TOP_HALF="$MUSL -I$TOP/musl/arch/wasm32 -I$LIBC/musl/arch/generic
  -I$TOP/headers/private"
BOTTOM_HALF="-I$BOTTOM/headers/private -I$BOTTOM/cloudlibc/src/include
  -I$BOTTOM/cloudlibc/src $MUSL"
THREADS="-include $HERE/syscall.h $TOP_HALF"
MALLOC="-fno-strict-aliasing -include $HERE/malloc_lock.h -D__EMSCRIPTEN_PTHREADS__"
export CLANG COMMON TOP_HALF BOTTOM_HALF THREADS MALLOC

# A job is a source, its object, and the name of the flags' variable.
jobs() {
  bottom='^wasi/libc-bottom-half/'
  grep -v "$bottom" "$HERE/libc-sources.txt" | job "$LIBC" TOP_HALF
  grep "$bottom" "$HERE/libc-sources.txt" | job "$LIBC" BOTTOM_HALF
  job "$LIBC" THREADS <"$HERE/thread-sources.txt"
  echo wasi/emmalloc/emmalloc.c | job "$LIBC" MALLOC
  printf '%s\n' futex.c malloc_lock.c thread.c start.s | job "$HERE" TOP_HALF
}

# job FOLDER FLAGS: for every path that is read
job() {
  while read -r path; do
    echo "$1/$path $WORK/$(echo "${path%.[cs]}" | tr / _).o $2"
  done
}

# At the first failure xargs starts nothing more (255).
compile() {
  jobs | xargs -P "${JOBS:-$(nproc)}" -n 3 sh -c \
    '$CLANG $COMMON $(printenv "$3") -c "$1" -o "$2" || exit 255' sh
}

# The folders of the target, and the libraries that other systems have apart
# and build systems ask for.
install() {
  for kind in command reactor; do
    $CLANG $COMMON $BOTTOM_HALF -c "$BOTTOM/crt/crt1-$kind.c" -o "$LIB/crt1-$kind.o"
  done
  cp "$LIB/crt1-command.o" "$LIB/crt1.o"
  (cd "$WORK" && $AR rcs "$LIB/libc.a" *.o)
  for name in m pthread rt dl util c-printscan-long-double; do
    $AR rcs "$LIB/lib$name.a"
  done
  cp -r "$LIBC/include/generic-musl/." "$LIBC/include/wasm-wasi-musl/." "$INCLUDE/"
  # These are the compiler's own.
  (cd "$INCLUDE" && rm -f stddef.h stdarg.h stdbool.h float.h iso646.h \
    stdalign.h stdnoreturn.h varargs.h)
}

compile
install
rm -rf "$WORK"
