# Shared by the scripts beside it: where things are, and how to say what is going on. Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

solidity=$root/contracts/solidity
programs=$root/target/programs          # the programs' on-chain code, NAME.code
names="vault desk commons board lens rehearsal covenants oracle aave erc4626 morpho aave-loop pendle-pt hyperdrive-long treasury"   # every program that this project deploys
test_names="judge"                      # programs that only tests deploy
code_limit=24576                        # bytes of one on-chain code, prefix included

# One folder for every clone, so that compiled dependencies serve again; CARGO_TARGET_DIR overrides.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/tenor/target}

say() { printf '%s\n' "$*" >&2; }
fail() { say "error: $1"; [ -z "${2:-}" ] || say "hint: $2"; exit 2; }
have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: as it is, or by sudo where that is there.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo "$@"; else
    fail "cannot run '$*': not root, and no sudo" "install it by hand, then run this again"
  fi
}

# Installs Debian packages, refreshing the list once when one is unknown.
debian() {
  have apt-get || fail "missing: $*" "install these with your system's package manager"
  say "setup: installing $* (Debian)"
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq "$@" >/dev/null 2>&1 || {
    as_root apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq "$@" >/dev/null
  }
}

# How WASM is built here: "rustup" (the pinned toolchain has target and library sources), "debian"
# (Debian's rustc-web with rust-web-src and lld) or nothing.
wasm_way() {
  local sysroot
  sysroot=$(rustc --print sysroot 2>/dev/null || true)
  if [ -d "$sysroot/lib/rustlib/wasm32-unknown-unknown/lib" ] && [ -d "$sysroot/lib/rustlib/src/rust/library" ]; then
    echo rustup
  elif [ -x /usr/bin/rustc ] && [ -d "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library" ] && have wasm-ld-22; then
    echo debian
  fi
}

# The Cargo package of a program.
package_of() {
  case $1 in aave | erc4626 | morpho | aave-loop | pendle-pt | hyperdrive-long | treasury) echo "tenor-adapter-$1" ;; *) echo "tenor-$1" ;; esac
}
