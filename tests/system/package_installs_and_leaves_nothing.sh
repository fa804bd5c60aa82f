#!/usr/bin/env bash
# The Debian package in a throw-away copy of this system: what it brings, whose it is, that a changed configuration survives an upgrade, and
# that a purge takes away all of it.
set -euo pipefail
: "${SLUICE_BIN:?the folder of the programs}" "${SLUICE_WORK:?a folder to write to}"

Skip() { echo "skipped: $*"; exit 77; }
for tool in cpack dpkg-deb dpkg-shlibdeps unshare chroot adduser; do command -v "$tool" >/dev/null || Skip "$tool is not installed"; done
for program in sluiced sluicec sluicectl sluice-extract; do [[ -x $SLUICE_BIN/$program ]] || Skip "$program is not built"; done
if [[ -z ${IN_OWN_MOUNTS:-} ]]; then
  [[ $(id -u) == 0 ]] || Skip "needs root, for a root folder of its own"
  unshare -m true 2>/dev/null || Skip "no mount namespaces here"
  IN_OWN_MOUNTS=1 exec unshare -m --propagation private bash "$0"
fi

WORK=$SLUICE_WORK/package
rm -rf "$WORK"
mkdir -p "$WORK/layers"
mount -t tmpfs none "$WORK/layers" || Skip "a tmpfs cannot be mounted"
mkdir "$WORK/layers/"{upper,work,root}
ROOT=$WORK/layers/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$WORK/layers/upper,workdir=$WORK/layers/work" "$ROOT" 2>/dev/null || Skip "an overlay over / cannot be mounted"
mount -t proc proc "$ROOT/proc"
mount --bind /dev "$ROOT/dev"

Broken() { echo "FAILED: $*" >&2; exit 1; }
Expect() { [[ $3 == "$2" ]] || Broken "$1: expected '$2', got '$3'"; echo "ok: $1"; }
ExpectThat() { local what=$1; shift; "$@" || Broken "$what"; echo "ok: $what"; }
Inside() { chroot "$ROOT" "$@"; }
Package() { # VERSION
  (cd "$SLUICE_BIN/.." && cpack -G DEB -B "$WORK/made" -D "CPACK_PACKAGE_VERSION=$1") >"$WORK/cpack.log" 2>&1 || Broken "cpack: $(tail -n 5 "$WORK/cpack.log")"
  cp "$WORK/made/sluice_$1_"*.deb "$ROOT/sluice-$1.deb"
}
Owner() { Inside stat -c '%U:%G %a' "$1"; }
# All that is in the system but what dpkg, adduser and the linker keep for themselves.
Inventory() {
  (cd "$ROOT" && find etc usr var/lib var/log -xdev \( -path var/lib/dpkg -o -path var/log/dpkg.log -o -path var/cache \) -prune -o -print) |
    grep -vE '^etc/((passwd|group|shadow|gshadow|subuid|subgid)-?|\.pwd\.lock|ld\.so\.cache)$' | sort
}

[[ -e $ROOT/etc/sluice || -e $ROOT/var/lib/sluice || -e $ROOT/var/log/sluice ]] && Skip "a Sluice is installed on this machine"
Inside getent passwd sluice >/dev/null && Skip "this machine has a user sluice"
before=$(Inventory)

Package 1.0.0
ExpectThat "it says which libraries it needs" grep -q 'libhyperscan5' <(dpkg-deb -f "$ROOT/sluice-1.0.0.deb" Depends)
ExpectThat "it installs, with its dependencies there" Inside dpkg -i /sluice-1.0.0.deb
for program in sluiced sluicec sluicectl sluice-extract; do Expect "$program is root's" "root:root 755" "$(Owner "/usr/bin/$program")"; done
Expect "state is the daemon's alone" "sluice:sluice 700" "$(Owner /var/lib/sluice)"
Expect "logs are the daemon's" "sluice:sluice 750" "$(Owner /var/log/sluice)"
Expect "the user cannot log in" /usr/sbin/nologin "$(Inside getent passwd sluice | cut -d: -f7)"
for file in openapi.json grafana-dashboard.json schema/finding.schema.json packs/china.yaml docs/operations.md; do
  Expect "$file is there" "root:root 644" "$(Owner "/usr/share/sluice/$file")"
done
for program in sluiced sluicec sluicectl; do
  Expect "$program is completed in bash" "root:root 644" "$(Owner "/usr/share/bash-completion/completions/$program")"
  Expect "$program is completed in zsh" "root:root 644" "$(Owner "/usr/share/zsh/vendor-completions/_$program")"
done
Expect "folders are open to read" "root:root 755" "$(Owner /usr/share/sluice/packs)"
ExpectThat "nothing is enabled" test -z "$(find "$ROOT/etc/systemd" -name 'sluiced*')"
if Inside sh -c 'command -v systemd-analyze' >/dev/null; then
  ExpectThat "systemd takes the unit" Inside systemd-analyze verify /lib/systemd/system/sluiced.service
fi

Expect "the configuration without a policy is refused" 1 "$(Inside sluiced check -c /etc/sluice/sluice.yaml >/dev/null 2>&1; echo $?)"
ExpectThat "the packs that it brings compile" Inside sluicec compile /usr/share/sluice/packs/tlp.yaml -o /etc/sluice/policy.slb
ExpectThat "the configuration is valid then" Inside sluiced check -c /etc/sluice/sluice.yaml
Inside rm /etc/sluice/policy.slb

echo "# changed here" >>"$ROOT/etc/sluice/sluice.yaml"
Inside chmod 0711 /var/log/sluice
echo kept >"$ROOT/var/lib/sluice/incidents.db"
Package 1.0.1
ExpectThat "it upgrades without a question" Inside dpkg -i /sluice-1.0.1.deb
Expect "to the new version" 1.0.1 "$(Inside dpkg-query -W -f '${Version}' sluice)"
ExpectThat "a changed configuration is kept" grep -q 'changed here' "$ROOT/etc/sluice/sluice.yaml"
Expect "state is kept" kept "$(cat "$ROOT/var/lib/sluice/incidents.db")"
Expect "rights that were set are kept" "sluice:sluice 711" "$(Owner /var/log/sluice)"

ExpectThat "it can be removed" Inside dpkg -r sluice
ExpectThat "programs are gone" test ! -e "$ROOT/usr/bin/sluiced"
ExpectThat "the configuration stays" test -e "$ROOT/etc/sluice/sluice.yaml"
ExpectThat "state stays" test -e "$ROOT/var/lib/sluice/incidents.db"
echo ours >"$ROOT/etc/sluice/release.pub"
ExpectThat "it can be purged" Inside dpkg -P sluice
ExpectThat "the user is gone" test -z "$(Inside getent passwd sluice)"
Expect "what was not its own stays" ours "$(cat "$ROOT/etc/sluice/release.pub")"
rm -r "$ROOT/etc/sluice"
Expect "nothing else is left" "" "$(diff <(echo "$before") <(Inventory) || true)"
