/**
 * The two shell programs of a node: the keeper (its power supply) and the boot (from namespaces to systemd as PID 1).
 * Static texts; values come as arguments.
 */

/**
 * keeper.sh <node's cgroup> <namespace> <boot.sh> <root>. Reboots are told by the way PID 1 of a pid namespace dies
 * (reboot(2): SIGHUP for restart, SIGINT for halt and power-off). A fresh payload cgroup for each boot: the old
 * one has controllers handed down, and such a cgroup takes no process itself.
 */
export const keeperScript = `#!/bin/sh
set -u
cgroup=$1 namespace=$2 boot=$3 root=$4
while :; do
  find "$cgroup/payload" -depth -type d -exec rmdir {} + 2>/dev/null
  mkdir -p "$cgroup/payload" || exit 1
  nsenter --net="/run/netns/$namespace" -- \\
    unshare --mount --uts --ipc --pid --fork --kill-child=SIGKILL --propagation private -- \\
    sh "$boot" enter "$cgroup/payload" "$root"
  ended=$?
  echo "keeper: node ended with $ended"
  [ "$ended" = 129 ] || exit "$ended"
done
`

/**
 * boot.sh enter <payload cgroup> <root>, as PID 1 of fresh namespaces. Joins its cgroup only here, after the fork: were
 * the
 * waiting parent in it too, systemd could not hand down controllers.
 *
 * The node's own files lie over the common template where a work directory was made for that; else its tree is a whole
 * copy. The mount
 * is in the node's own namespace and ends with it, so that nothing is to be unmounted by whoever takes a lab away.
 * Nothing is left to systemd-tmpfiles, and there is no generator: the journal finds the mark that it was flushed, and
 * writes to the disk at once.
 *
 * Why the mounts are as they are: /proc/sys is read-only except net/, or systemd-sysctl would write the *machine's*
 * settings;
 * a boot id of its own makes \`journalctl --boot\` and every "was it rebooted?" check true; /proc/kmsg is silenced.
 * Dropped capabilities are those that reach past the namespaces (modules, raw I/O, the clock, the kernel log).
 *
 * Ten nodes boot on few cores: what starts a program here is paid for ten times, so that tables are mounted, and trees copied, whole.
 */
export const bootScript = `#!/bin/sh
set -eu
if [ "$1" = enter ]; then
  echo 0 >"$2/cgroup.procs"
  exec unshare --cgroup -- sh "$0" mount "$3"
fi
root=$2 above=\${2%/*} lab=\${2%/*/*/*}
if [ -d "$above/root.work" ]; then
  mount -t overlay -o "lowerdir=$lab/template,upperdir=$root,workdir=$above/root.work" overlay "$root"
else
  mount --bind "$root" "$root"
fi
cd "$root"

mkdir -p "$above/usr" "$above/usr.work"
mount -t overlay -o "lowerdir=/usr,upperdir=$above/usr,workdir=$above/usr.work" overlay usr 2>/dev/null || {
  mkdir -p "$above/usr/local"
  mount --bind /usr usr && mount -o remount,bind,ro usr && mount --bind "$above/usr/local" usr/local
}

mount -a -T "$lab/mounts"
cp -a "$lab/early/." .
read -r id </proc/sys/kernel/random/uuid
echo "$id" >run/.boot-id
mounts=
for device in null zero full random urandom tty net/tun; do
  [ ! -e "/dev/$device" ] || { : >"dev/$device"; mounts="$mounts/dev/$device dev/$device none bind
"; }
done
for entry in sysrq-trigger irq bus fs acpi; do
  [ ! -e "proc/$entry" ] || mounts="\${mounts}proc/$entry proc/$entry none bind,ro,nosuid,nodev,noexec
"
done
echo "\${mounts}devpts dev/pts devpts newinstance,ptmxmode=0666,mode=620,gid=5
tmpfs dev/shm tmpfs mode=1777,nosuid,nodev
proc/sys proc/sys none bind
proc/sys/net proc/sys/net none bind
run/.boot-id proc/sys/kernel/random/boot_id none bind
dev/null proc/kmsg none bind" >"$above/mounts"
mount -a -T "$above/mounts"
mount -o remount,bind,ro,nosuid,nodev,noexec proc/sys

pivot_root . .before
cd /
umount -l /.before
rmdir /.before
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin container=lab TERM=dumb LANG=C.UTF-8 \\
  SYSTEMD_GENERATOR_PATH=/var/empty SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/var/empty \\
  setpriv --bounding-set=-sys_module,-sys_rawio,-sys_time,-syslog,-mknod,-mac_admin,-mac_override,-wake_alarm,-block_suspend \\
  /lib/systemd/systemd --system --log-target=journal </dev/null
`

/** What boot.sh lays into a node at one stroke, over file systems that are empty at every boot. */
export const earlyDirectories = [
  '',
  'dev',
  'dev/pts',
  'dev/shm',
  'dev/net',
  'run',
  'run/lock',
  'run/systemd',
  'run/systemd/journal',
  '.before',
]

/** A node's own file systems, from its root: one program mounts them all. */
export const earlyMounts = `proc proc proc nosuid,nodev,noexec
sysfs sys sysfs nosuid,nodev,noexec,ro
cgroup2 sys/fs/cgroup cgroup2 nosuid,nodev,noexec
tmpfs dev tmpfs mode=755,nosuid,size=4m
tmpfs run tmpfs mode=755,nosuid,nodev,size=64m
tmpfs tmp tmpfs mode=1777,nosuid,nodev
`

/**
 * reach.sh <hosts file> <host> <port>: the fleet's proxy. Looks lab names up in the lab's own hosts file and nowhere
 * else: a
 * name that is not there fails at once, and no resolver ever hears of it. Without nodelay every SSH command costs one
 * to two round trips more.
 */
export const reachScript = `#!/bin/sh
case $2 in
  *[!0-9.]*) address=$(while read -r ip name; do [ "$name" = "$2" ] && echo "$ip"; done <"$1") ;;
  *) address=$2 ;;
esac
[ -n "$address" ] || { echo "no lab host is called $2" >&2; exit 68; }
exec socat - "TCP:$address:$3,nodelay"
`
