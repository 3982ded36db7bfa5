#!/usr/bin/env bash
# Builds, runs and tests Goro; ./build.sh help says how.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'TEXT'
usage: ./build.sh [COMMAND] [ARGUMENT...]

  setup   find or fetch the tools (toolchain/README.md)
  build   the runtime for every target, into build/, the npm package, into
          bindings/dist, and the demo page, into web/dist (the default)
  run     the main job: sumtree.wasm hashes this very tree under wasmtime,
          and its output is compared with that of sha256sum
  demo    build the demo page, and serve it with the headers for workers;
          --port=N, and --no-isolation for none of these headers
  test    build, check, then every test; arguments: options of node --test,
          and test files (then these alone, without the check);
          variables HOST= NAME= SEED= SWEEP= (tests/README.md)
  bench   the benchmarks; arguments go to tests/bench/run.mjs, without any the
          npm package beside its peers follows (tests/bench/npm.mjs)
  stress  random programs on 8 Ms: [SECONDS [SEED]], 600 without it
  check   formatting, layers, headers, examples, syntax; --fix lays out the C
          files
  clean   remove build/, bindings/dist/ and web/dist/
  help    this
TEXT
}

say() { printf '%s\n' "$*" >&2; }

# colour CODE TEXT: on a terminal only
colour() { if [ -t 2 ]; then printf '\033[%sm%s\033[0m\n' "$1" "$2" >&2; else say "$2"; fi; }

# setup TOOL...: the tools, their variables, and one line about them
setup() {
  toolchain/install.sh "$@" || exit 1
  local t
  for t in "${@:-env}"; do . ".toolchain/$t.sh"; done
  [ -z "${GORO_TOOLS:-}" ] || say "using $GORO_TOOLS"
}

BUILD_TOOLS=(emscripten wasi wasi-threads wasi-cxx native modules)

build() {
  node bindings/cc/build-runtime.mjs "$@"
  [ $# -eq 0 ] || return 0
  node bindings/cc/build-package.mjs
  node web/build.mjs
}

demo() {
  build npm npm-threads package
  node bindings/cc/build-package.mjs
  node web/build.mjs
  exec node web/serve.mjs "$@"
}

run() {
  local out=build/examples/sumtree skip=(.git .toolchain node_modules build dist) n
  local exclude=() prune=()
  for n in "${skip[@]}"; do
    exclude+=(--exclude "$n") prune+=(-name "$n" -prune -o)
  done
  mkdir -p build/examples
  node bindings/cc/goro.mjs cc wasi/examples/{sumtree,sha256}.c -O2 -o $out.wasm
  if ! "$WASMTIME" run --dir . $out.wasm "${exclude[@]}" "$@" . | tee $out.out; then
    colour 31 "sumtree: failed"
    return 1
  fi
  find . "${prune[@]}" -type f -print0 | LC_ALL=C sort -z |
    xargs -0 sha256sum >$out.want
  if diff $out.want $out.out >&2; then
    colour 32 "sumtree: $(wc -l <$out.out) files, the same as sha256sum, byte for byte"
  else
    colour 31 "sumtree: differs from sha256sum (< sha256sum, > sumtree)"
    return 1
  fi
}

check() {
  local f
  if [ "${1:-}" = --fix ]; then
    sources -regex '.*\.[ch]\(pp\)?' | xargs "$CLANG_FORMAT" -i
    node tests/lint/api.mjs
  fi
  node tests/lint/run.mjs
  while read -r f; do node --check "$f"; done < <(sources -name '*.mjs')
  while read -r f; do bash -n "$f"; done < <(sources -name '*.sh'; echo .ci/run)
  say "check: ok"
}

# sources TEST...: the project's own files for which find's TEST holds
sources() {
  find . \( -name node_modules -o -name build -o -name dist -o -name '.?*' \) -prune -o \
    -type f "$@" -print
}

# whole ARGUMENT...: no test file is named, so it is the whole run
whole() { [[ " $*" != *.test.mjs* ]]; }

# With no benchmark named, the npm package's as well
bench() {
  node tests/bench/run.mjs "$@"
  [ $# -gt 0 ] || node tests/bench/npm.mjs
}

# Arguments that name test files replace the list of all.
run_tests() {
  local files=() options=() a status=0
  for a; do
    case $a in *.test.mjs) files+=("$a") ;; *) options+=("$a") ;; esac
  done
  [ ${#files[@]} -gt 0 ] ||
    mapfile -t files < <(find tests -name node_modules -prune -o -name '*.test.mjs' -print | LC_ALL=C sort)
  mkdir -p build/tests
  node --test --test-concurrency=2 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=./tests/harness/count.mjs \
    --test-reporter-destination=build/tests/count \
    "${options[@]}" "${files[@]}" || status=$?
  cat build/tests/count
  if grep -q '^0 passed, 0 failed' build/tests/count; then
    say "no test ran: HOST, NAME or the arguments leave none"
    status=1
  fi
  return $status
}

main() {
  local command=${1:-build}
  [ $# -eq 0 ] || shift
  case $command in
  setup) setup; say "ready: . .toolchain/env.sh" ;;
  build) setup "${BUILD_TOOLS[@]}"; build "$@" ;;
  run) setup "${BUILD_TOOLS[@]}" wasmtime; build; run "$@" ;;
  test) setup; build; whole "$@" && check; run_tests "$@" ;;
  bench) setup; build; bench "$@" ;;
  demo) setup emscripten modules; demo "$@" ;;
  stress) setup "${BUILD_TOOLS[@]}"; build; node tests/stress/run.mjs "$@" ;;
  check) setup clang-format modules; check "$@" ;;
  clean) rm -rf build bindings/dist web/dist ;;
  help | -h | --help) usage ;;
  *) usage >&2; exit 2 ;;
  esac
}
main "$@"
