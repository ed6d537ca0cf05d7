/**
 * "Re-run this job and the ones after it": the attempts of one run, with what earlier ones left, as GitHub keeps it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../workflows/tools.ts'
import type { ActResult, ActRun } from './act.ts'
import type { Earlier } from './downlevel.ts'
import { jobOutputs } from './log.ts'
import type { Dispatch, Scene } from './scene.ts'

interface Flow {
  readonly jobs: Readonly<
    Record<string, { readonly needs?: string | readonly string[]; readonly outputs?: Readonly<Record<string, string>> }>
  >
}

const workflow = 'vps-test.yml'
const flow = parse(readFileSync(join(root, '.github/workflows', workflow), 'utf8')) as Flow

/** The job and every one that needs it, directly or not, in the file's order. */
export function withFollowers(job: string): readonly string[] {
  const found = new Set([job])
  for (const [name, { needs = [] }] of Object.entries(flow.jobs))
    if ([needs].flat().some((n) => found.has(n))) found.add(name)
  return Object.keys(flow.jobs).filter((name) => found.has(name))
}

export interface Attempts {
  /** The first attempt runs everything; a later one these jobs, everything else staying as it was. */
  start(jobs?: readonly string[]): Promise<ActRun>
  readonly results: readonly ActResult[]
}

/** One workflow run with as many attempts as are started. `dispatch`: how it began. */
export function attemptsOf(scene: Scene, dispatch: Dispatch): Attempts {
  const earlier: Record<string, Earlier> = {}
  const results: ActResult[] = []
  let number: number | undefined
  const remember = (jobs: readonly string[], result: ActResult): void => {
    results.push(result)
    for (const name of jobs) {
      const job = result.job(name)
      earlier[name] =
        job === undefined
          ? { result: 'skipped' }
          : {
              result: job.result === 'success' ? 'success' : 'failure',
              outputs: jobOutputs(job, flow.jobs[name]?.outputs ?? {}),
            }
    }
  }
  return {
    results,
    start: async (jobs = Object.keys(flow.jobs)) => {
      const first = number === undefined
      const begun = await scene.start({
        ...dispatch,
        attempt: results.length + 1,
        ...(number === undefined ? {} : { run: number }),
        ...(first
          ? {}
          : {
              rerun: {
                workflow,
                jobs,
                earlier: Object.fromEntries(Object.entries(earlier).filter(([name]) => !jobs.includes(name))),
              },
            }),
      })
      number = begun.number
      const done = begun.done.then((result) => {
        remember(jobs, result)
        return result
      })
      done.catch(() => undefined)
      return { ...begun, done }
    },
  }
}
