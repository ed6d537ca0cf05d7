/** Builds once more on this machine where a rule says that it may help, each rule within its budget. */
import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildResult } from '../../domain/build.ts'
import { againRuleOf, type AgainRule } from '../../domain/recovery/build-again.ts'
import { recoveryRules } from '../../domain/recovery/rules.ts'
import type { Clock } from '../../ports.ts'
import type { Recoveries } from '../../ports/recoveries.ts'

/** What the next try does otherwise. */
export interface Again {
  /** Compilers at once; null: as many as cargo likes. */
  readonly jobs: number | null
}

export interface BuildAgain {
  readonly targets: { readonly path: string; readonly remove: (dir: string) => Promise<void> }
  readonly targetDir: string
  readonly recoveries: Recoveries | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** A directory that was written to since may be another build's. */
const youngMs = 2 * 3_600_000
const fetchPauses = [2000, 10_000]

export async function buildAgain(build: (again: Again) => Promise<BuildResult>, o: BuildAgain): Promise<BuildResult> {
  const used = new Map<AgainRule, number>()
  let again: Again = { jobs: null }
  for (;;) {
    const result = await build(again)
    if (result.kind === 'built') return result
    const rule = againRuleOf(result, await freeAt(o.targetDir))
    if (rule === null) return result
    const nth = (used.get(rule) ?? 0) + 1
    const { times } = recoveryRules[rule].budget
    const told = { recognised: result.message, nth: Math.min(nth, Number(times)) }
    if (nth > Number(times)) {
      o.recoveries?.fire(rule, { ...told, done: 'this machine does not build it', usedUp: true })
      return rule === 'build-disk-full' ? { ...result, reason: 'toolchain' } : result
    }
    used.set(rule, nth)
    o.recoveries?.fire(rule, { ...told, done: await prepare(rule, nth, o) })
    if (rule === 'build-out-of-memory') again = { jobs: 1 }
  }
}

async function prepare(rule: AgainRule, nth: number, o: BuildAgain): Promise<string> {
  switch (rule) {
    case 'build-fetch': {
      const pause = fetchPauses[nth - 1] ?? 10_000
      await o.clock.sleep(pause, o.signal)
      return `built again after ${pause / 1000} s`
    }
    case 'build-out-of-memory':
      return 'built again with one compiler at a time'
    case 'build-disk-full': {
      const before = await freeAt(o.targetDir)
      await emptyTargets(o)
      const after = await freeAt(o.targetDir)
      return `old target directories of ours and what this build had written were removed (${mib(before)} free before, ${mib(after)} now); built again`
    }
  }
}

/** Never of what another build may be writing. */
export async function emptyTargets({ targets, targetDir }: Pick<BuildAgain, 'targets' | 'targetDir'>): Promise<void> {
  for (const name of await readdir(targets.path).catch(() => [])) {
    const dir = join(targets.path, name)
    const at = (await stat(dir).catch(() => undefined))?.mtimeMs ?? Date.now()
    if (dir !== targetDir && Date.now() - at > youngMs) await targets.remove(dir)
  }
  for (const name of await readdir(targetDir).catch(() => [])) await targets.remove(join(targetDir, name))
}

const freeAt = (path: string): Promise<number> =>
  statfs(path).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  )

const mib = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(0)} MiB`
