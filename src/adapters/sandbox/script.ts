/** The shell texts that enclose a program: an outer one that ends it whole, an inner one that builds its world. */

/**
 * What a program that is built needs of /etc; anything else there may be a secret of the machine.
 */
const etc = [
  'alternatives',
  'ca-certificates',
  'ca-certificates.conf',
  'crypto-policies',
  'debian_version',
  'gai.conf',
  'host.conf',
  'hosts',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'lsb-release',
  'mime.types',
  'nsswitch.conf',
  'os-release',
  'pki',
  'protocols',
  'resolv.conf',
  'services',
  'ssl',
  'timezone',
]

/**
 * Stdin is held open by whoever waits: its end, also by their death, ends all that runs inside. Signals alone would not
 * do: a plain user may send none to what sudo started.
 */
export const outerScript = `exec 3<&0 </dev/null
"$@" 3<&- &
inside=$!
(read -r _ <&3; kill -KILL "$inside") >/dev/null 2>&1 &
watch=$!
exec 3<&-
trap 'kill -KILL "$inside" 2>/dev/null' TERM INT HUP
wait "$inside"
code=$?
kill "$watch" 2>/dev/null
exit "$code"
`

/**
 * Arguments: the copy of a source, and the list of its digests at the last build that passed in this target directory. Stdin: its
 * files. A file whose bytes are others than then counts as changed now: cargo goes by times alone, and an older file may
 * take the place of a newer one. The list loses what a build begins with anew: one that fails or is killed may have
 * compiled it.
 */
const renewScript = `set -eu
cd "$1"
export LC_ALL=C
xargs -0 -r sha256sum -z -- 2>/dev/null | sort -z >"$2.new"
[ -f "$2" ] || : >"$2"
comm -z -12 "$2" "$2.new" >"$2.same"
comm -z -13 "$2" "$2.new" | cut -z -c 67- | xargs -0 -r touch -c --
mv -f "$2.same" "$2"
`

/** Argument: a target directory, after a build there that passed. After one that failed the change is still to be built. */
export const sourceBuiltScript = `for list in "$1"/.source-*.new; do
  [ ! -f "$list" ] || mv -f "$list" "\${list%.new}" || exit 1
done
`

/**
 * First process of its own PID, mount and IPC namespaces. Its arguments, in order: folder of this run; number of the
 * inner user; `setpriv` or `unshare`, by which rights are given up; paths that are shown and paths that may be written, a
 * line each; the inner user's home; where sources stand, a line each, whose files are listed in the run's folder; what
 * stands for `.git` in the first, and git's objects (both may be empty); the directory to begin in; the program with its
 * arguments.
 */
export const innerScript = `set -eu
run=$1 user=$2 drop=$3 shown=$4 written=$5 home=$6 sources=$7 git=$8 objects=$9
shift 9
begin=$1
shift
umask 022
renew='${renewScript}'
fail() { echo "sandbox: $*" >&2; exit 125; }
root=$run/root
mkdir -p "$root"
mount -t tmpfs -o mode=755,size=64m,nosuid,nodev sandbox "$root"
cd "$root"
mkdir -p usr etc dev/shm dev/pts proc run tmp var .before home/build
for name in bin sbin lib lib32 lib64 libx32; do [ ! -L "/$name" ] || cp -P "/$name" "$name"; done
newline='
'
readonly=
place() {
  if [ ! -d "$1" ]; then mkdir -p ".\${2%/*}"; : >".$2"
  elif [ ! -d ".$2" ]; then mkdir -p ".$2"; fi
  mount --rbind "$1" ".$2"
}
shown() { place "$1" "$1"; readonly=$readonly$root$1$newline; }
# One look at all mounts, and a program only where something is to change: a machine may have hundreds.
seal() {
  cat /proc/self/mountinfo >"$run/mounts"
  while IFS=' ' read -r _ _ _ _ point options _; do
    case "$options," in rw,*) ;; *) continue ;; esac
    case "$point" in *\\\\*) point=$(printf '%b' "$point") ;; esac
    IFS=$newline
    for path in $readonly; do
      case "$point/" in "$path"/*) mount -o "remount,bind,ro\${options#rw}" "$point"; break ;; esac
    done
  done <"$run/mounts"
  readonly=
}
own() {
  mkdir -p "$1"
  [ "$drop" != setpriv ] || [ "$(stat -c %u "$1")" = "$user" ] || chown -R -h "$user:$user" "$1"
}
own "$run/tmp"
own "$home"
place "$run/tmp" /tmp
ln -s /tmp var/tmp
place "$home" /home/build
IFS=$newline
for path in /usr /bin /sbin /lib /lib32 /lib64 /libx32 /nix /gnu $shown; do
  if [ -e "$path" ] && [ ! -L "$path" ]; then shown "$path"; fi
done
unset IFS
for name in ${etc.join(' ')}; do
  if [ -d "/etc/$name" ]; then shown "/etc/$name"
  elif [ -r "/etc/$name" ]; then cp -L "/etc/$name" "etc/$name"; fi
done
seal
IFS=$newline
n=0
# After what is shown: that may lie around a source, and shows the checkout itself.
for from in $sources; do
  own "$run/source-$n"
  place "$run/source-$n" "$from"
  if [ "$n" = 0 ] && [ -n "$git" ]; then
    place "$git" "$from/.git"
    place "$objects" "$from/.git/objects"
    readonly=$root$from/.git
  fi
  n=$((n + 1))
done
seal
IFS=$newline
for path in $written; do own "$path"; place "$path" "$path"; done
unset IFS
printf 'root:x:0:0::/:/bin/sh\\nbuild:x:%s:%s::/home/build:/bin/sh\\nnobody:x:65534:65534::/:/bin/sh\\n' "$user" "$user" >etc/passwd
printf 'root:x:0:\\nbuild:x:%s:\\nnogroup:x:65534:\\n' "$user" >etc/group
for name in null zero full random urandom; do : >"dev/$name"; mount --bind "/dev/$name" "dev/$name"; done
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t tmpfs -o mode=1777,size=512m,nosuid,nodev shm dev/shm
mount -t proc -o nosuid,nodev,noexec proc proc
pivot_root . .before
cd /
as() {
  if [ "$drop" = setpriv ]; then
    setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"
  else
    unshare --user --map-user="$user" --map-group="$user" -- setpriv --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"
  fi
}
IFS=$newline
n=0
for from in $sources; do
  unset IFS
  if [ ! -e "/.before$run/copied-$n" ]; then
    tar -C "/.before$from" --null --no-recursion --verbatim-files-from -T "/.before$run/files-$n" --format=posix -cf - |
      as tar -C "$from" -xpf - || fail "the source could not be copied"
    [ -z "$written" ] || as sh -c "$renew" renew "$from" "\${written%%"$newline"*}/.source-$n" <"/.before$run/files-$n"
    : >"/.before$run/copied-$n"
  fi
  n=$((n + 1))
done
umount -l /.before
rmdir /.before
mount -o remount,ro /
cd "$begin" || fail "no directory $begin in the sandbox"
as "$@"
`
