/** Tries the checks of this machine, refuses in one sentence, and gets what is missing in one way. */
import { Failure } from '../domain/failure.ts'
import type { Log } from '../ports.ts'
import { checks, type Requirement } from './checks.ts'
import { exec, isRoot } from './process.ts'

export interface CheckResult {
  readonly check: Requirement
  readonly ok: boolean
  readonly detail: string
}

export interface DoctorOptions {
  readonly signal: AbortSignal
  readonly only?: readonly Requirement['needed'][]
  readonly list?: readonly Requirement[]
}

export const doctor = (o: DoctorOptions): Promise<readonly CheckResult[]> =>
  Promise.all(
    (o.list ?? checks)
      .filter((c) => o.only === undefined || o.only.includes(c.needed))
      .map(async (check): Promise<CheckResult> => {
        const ended = await exec(check.probe, { timeoutMs: 90_000, signal: o.signal, inherit: true }).catch(
          (e: Error) => {
            o.signal.throwIfAborted()
            return { code: 1, stdout: e.message, stderr: '' }
          },
        )
        return {
          check,
          ok: ended.code === 0,
          detail: ended.code === 0 ? '' : ((ended.stdout + ended.stderr).trim().split('\n').at(-1) ?? ''),
        }
      }),
  )

/** The refusal that names everything missing at once; undefined where nothing is. */
export function refusalOf(results: readonly CheckResult[]): Failure | undefined {
  const bad = results.filter((r) => !r.ok)
  if (bad.length === 0) return undefined
  const byHand = bad.find((r) => r.check.package === undefined)
  return new Failure({
    code: 'I210',
    message: `this machine cannot run a lab: ${bad.map((r) => `${r.check.name} (${r.detail || 'missing'}; for ${r.check.purpose})`).join(', ')}`,
    remedy: byHand?.check.remedy ?? 'vps-test lab doctor --fix',
  })
}

/** The shell program that installs packages; the values are arguments. */
export const installScript = `set -eu
export DEBIAN_FRONTEND=noninteractive
deny=/usr/sbin/policy-rc.d mine=no
undo() { [ "$mine" = no ] || rm -f "$deny"; }
trap undo EXIT
# A new package must not start services here: the lab needs sshd's program, this machine does not need its service.
[ -e "$deny" ] || { mine=yes; printf '#!/bin/sh\\nexit 101\\n' >"$deny"; chmod 755 "$deny"; }
apt-get -o DPkg::Lock::Timeout=120 update
apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"
for name; do
  [ "$name" != openssh-server ] || systemctl disable ssh.service ssh.socket 2>/dev/null || :
done`

/**
 * Installs what is missing and checks again. An sshd that is installed already is not touched: its package is then not
 * in the list.
 */
export async function doctorFix(o: DoctorOptions & { readonly log: Log }): Promise<readonly CheckResult[]> {
  const before = await doctor(o)
  const packages = [...new Set(before.filter((r) => !r.ok).flatMap((r) => r.check.package ?? []))]
  if (packages.length === 0) return before
  o.log.info(`installing ${packages.join(' ')}`)
  const argv = [...(isRoot() ? [] : ['sudo', '-n']), 'sh', '-c', installScript, 'install', ...packages]
  const ended = await exec(argv, {
    timeoutMs: 600_000,
    signal: o.signal,
    inherit: true,
    onText: (text) => o.log.progress('apt', text.trim().split('\n').at(-1) ?? ''),
  })
  if (ended.code !== 0) {
    throw new Failure({
      code: 'I211',
      message: `could not install ${packages.join(' ')}: ${ended.stderr.trim().split('\n').slice(-3).join(' / ')}`,
      remedy: `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    })
  }
  return doctor(o)
}
