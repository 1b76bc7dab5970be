#!/usr/bin/env bash
# Usage: get-neovim.sh DIR
# Puts a Neovim of 0.11 or later at DIR/nvim. One that is on PATH is used when it is new enough;
# otherwise Debian's newer package is unpacked under DIR and run with its own loader, through a
# private apt state: the machine's packages and apt lists stay as they are. The mirror is whichever
# one the machine's own apt settings name. DEBIAN_SUITE chooses the suite (default: forky).
set -euo pipefail

fail() {
  printf 'get-neovim: %s\n' "$1" >&2
  printf 'get-neovim: install Neovim 0.11 or later yourself, put it on PATH, and run this again.\n' >&2
  exit 1
}

new_enough() {
  "$1" --headless -u NONE -i NONE -l /dev/stdin >/dev/null 2>&1 <<<"if vim.fn.has('nvim-0.11') == 0 then vim.cmd('cquit 1') end"
}

[ $# -eq 1 ] || fail 'which folder? usage: get-neovim.sh DIR'
mkdir -p "$1"
folder=$(cd "$1" && pwd)
suite=${DEBIAN_SUITE:-forky}

if [ -x "$folder/nvim" ] && new_enough "$folder/nvim"; then
  exit 0
fi
if own=$(command -v nvim) && new_enough "$own"; then
  ln -sf "$own" "$folder/nvim"
  exit 0
fi

command -v apt-get >/dev/null && command -v dpkg >/dev/null ||
  fail 'no Neovim 0.11 or later on PATH, and this is not a Debian machine.'
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keys" ] || fail "Debian's signing keys ($keys) are missing: install debian-archive-keyring."
mirror=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
  sed -n 's/^Debian //p' | head -n 1)
[ -n "$mirror" ] || fail "no Debian mirror in this machine's apt settings (has apt-get update run?)."

state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
mkdir -p "$state"/{lists/partial,cache/archives/partial}
: >"$state/status"
printf 'deb [signed-by=%s] %s %s main\n' "$keys" "$mirror" "$suite" >"$state/sources.list"
options=(
  -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
  -o "Dir::State=$state" -o "Dir::State::Lists=$state/lists" -o "Dir::State::Status=$state/status"
  -o "Dir::Cache=$state/cache" -o "Dir::Log=$state" -o Debug::NoLocking=1 -o APT::Install-Recommends=0
  -o Acquire::Retries=3
)
if [ "$(id -u)" -eq 0 ]; then options+=(-o APT::Sandbox::User=root); fi
# The package scripts are never run, so what the machine's apt does after an update or install is
# switched off with them.
options+=(-o 'APT::Update::Post-Invoke::=' -o 'APT::Update::Post-Invoke-Success::=' -o 'DPkg::Post-Invoke::=')

apt-get -qq "${options[@]}" update >"$state/log" 2>&1 ||
  { cat "$state/log" >&2; fail "the package list of Debian $suite could not be read."; }
apt-get -qq "${options[@]}" install -y --download-only neovim >"$state/log" 2>&1 ||
  { cat "$state/log" >&2; fail "the package neovim of Debian $suite could not be fetched."; }

root=$folder/root
rm -rf "$root"
mkdir -p "$root"
for package in "$state"/cache/archives/*.deb; do dpkg-deb -x "$package" "$root"; done
# The loader lies beside the C library it belongs to; its own name differs from machine to machine.
libc=$(find "$root" -name libc.so.6 -print -quit)
[ -n "$libc" ] || fail "the packages of Debian $suite hold no C library: try another DEBIAN_SUITE."
libraries=$(dirname "$libc")
loader=$(find "$libraries" -maxdepth 1 -name 'ld-linux*.so.*' -print -quit)
[ -n "$loader" ] || fail "the packages of Debian $suite hold no program loader for this machine."

cat >"$folder/nvim" <<WRAPPER
#!/bin/sh
export VIMRUNTIME='$root/usr/share/nvim/runtime'
exec '$loader' --library-path '$libraries' --argv0 nvim '$root/usr/bin/nvim' "\$@"
WRAPPER
chmod +x "$folder/nvim"
new_enough "$folder/nvim" || fail "the Neovim of Debian $suite does not run here, or is older than 0.11."
