/** Carries out compiled steps: stages in order, the steps of one stage side by side. */
import { chmod, mkdir, symlink } from 'node:fs/promises'
import limit from 'p-limit'
import { Failure } from '../domain/failure.ts'
import { writeText } from './files.ts'
import { exec } from './process.ts'
import type { Stages, Step } from './step.ts'

/** Stages in order, the steps of one stage side by side. */
export async function perform(
  stages: Stages,
  o: { readonly cgroup: string; readonly signal: AbortSignal },
): Promise<void> {
  const slot = limit(8)
  for (const stage of stages) await allOrFirstFailure(stage.map((step) => slot(() => act(step, o))))
}

/** All, then the first failure: whoever clears up afterwards must not race with what is still being made. */
export async function allOrFirstFailure(doings: readonly Promise<void>[]): Promise<void> {
  for (const ended of await Promise.allSettled(doings)) if (ended.status === 'rejected') throw ended.reason
}

async function act(step: Step, o: { readonly cgroup: string; readonly signal: AbortSignal }): Promise<void> {
  o.signal.throwIfAborted()
  if (step.kind === 'run') {
    const ended = await exec(step.argv, {
      timeoutMs: 30_000,
      ...o,
      ...(step.stdin === undefined ? {} : { stdin: step.stdin }),
    })
    if (ended.code !== 0)
      throw new Failure({
        code: 'I203',
        step: step.why,
        message: `could not ${step.why}: ${step.argv.slice(0, 4).join(' ')} ended with ${ended.code}: ${(ended.stderr || ended.stdout).trim().slice(-500)}`,
        remedy: 'vps-test lab doctor',
      })
    return
  }
  for (const d of step.directories ?? []) {
    await mkdir(d.path, { recursive: true })
    await chmod(d.path, d.mode)
  }
  for (const f of step.files) await writeText(f.path, f.text, f.mode)
  for (const link of step.links ?? []) await symlink(link.target, link.path)
}
