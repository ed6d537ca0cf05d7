/** System tools of the lab and the build: what is missing comes by one apt call, or the task ends and says what to type. */
import { existsSync } from 'node:fs'
import { cargoFirst, workingCargo } from './cargo.mjs'
import { Stop, ask, note, places, run, stage } from './process.mjs'
import { sudo } from './root.mjs'

/** apt package → what shows that it is there: a program, a file, or a question to a program. */
const needs = [
  ['git', has('git')],
  ['iproute2', has('ip')],
  ['nftables', has('nft')],
  ['iptables', has('iptables')],
  ['conntrack', has('conntrack')],
  ['openssh-server', has('sshd')],
  ['openssh-client', has('ssh', 'ssh-keygen', 'scp')],
  ['dbus', has('dbus-daemon')],
  ['systemd', () => existsSync('/lib/systemd/systemd')],
  ['procps', has('ps', 'pgrep')],
  ['util-linux', has('unshare', 'nsenter')],
  ['socat', has('socat')],
  ['zstd', has('zstd')],
  ['python3', has('python3')],
  ['python3-venv', answers('python3', '-c', 'import venv, ensurepip')],
  ['prometheus', has('prometheus')],
  ['gcc', has('gcc')],
  ['libc6-dev', () => existsSync('/usr/include/stdio.h')],
  ['cargo', workingCargo],
]

/** The one privileged script. No service is started by an install: policy-rc.d says no (ours is marked, and goes away even when apt fails), and an sshd that came with us is not enabled for the next boot. */
const script = `
set -eu
p=/usr/sbin/policy-rc.d
if [ ! -e "$p" ] || grep -q 'placed by vps-test' "$p"; then
  printf '#!/bin/sh\\n# placed by vps-test while it installs packages; safe to remove\\nexit 101\\n' > "$p"
  chmod 755 "$p"
  trap 'rm -f "$p"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
fi
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
apt-get update -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3
apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
case " $* " in *" openssh-server "*) systemctl disable ssh.service ssh.socket >/dev/null 2>&1 || true ;; esac
`

/** `buildHost`: a lab node, which sees only /usr of this machine, must be able to build; `containers`: and to hold some. */
export async function ensureSystem({ buildHost = false, containers = false } = {}) {
  const wanted = [
    ...needs,
    ...(buildHost ? [['cargo', () => existsSync('/usr/bin/cargo')]] : []),
    ...(containers
      ? [
          ['podman', has('podman')],
          ['crun', has('crun')],
          ['busybox-static', () => existsSync('/bin/busybox')],
        ]
      : []),
  ]
  const missing = await missingPackages(wanted)
  if (missing.length > 0) await stage('apt-get', () => install(missing, wanted))
  await cargoFirst()
}

async function missingPackages(wanted) {
  const found = await Promise.all(wanted.map(async ([name, there]) => ((await there()) ? [] : [name])))
  return [...new Set(found.flat())]
}

async function install(missing, wanted) {
  const byHand = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (!has('apt-get')())
    throw new Stop(10, `missing: ${missing.join(', ')}; this machine has no apt-get (Debian or Ubuntu is needed)`)
  const prefix = await sudo()
  if (prefix === undefined)
    throw new Stop(10, `missing: ${missing.join(', ')}; neither root nor passwordless sudo. As root: ${byHand}`)
  note(`installing with apt-get: ${missing.join(' ')}`)
  const log = []
  const [file, ...args] = [...prefix, 'sh', '-c', `(${script}) 2>&1`, 'vps-test-apt', ...missing]
  const code = await run(file, args, { limitMs: 20 * 60_000, onOut: (text) => void log.push(text) })
  const left = code === 0 ? await missingPackages(wanted) : missing
  if (code !== 0 || left.length > 0) {
    throw new Stop(
      10,
      `${log.join('').split('\n').slice(-30).join('\n')}\napt-get ended with ${code}; still missing: ${left.join(', ')}. As root: ${byHand}`,
    )
  }
}

function has(...programs) {
  return () => programs.every((program) => places().some((place) => existsSync(`${place}/${program}`)))
}

function answers(file, ...args) {
  return async () => (await ask(file, args)).code === 0
}
