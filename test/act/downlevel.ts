/**
 * Workflow files as act 0.2.89 understands them. The originals are judged by test/workflows; only what act runs is
 * rewritten, and only here.
 */
import { parse, stringify } from 'yaml'

/** The ref under which act finds our own tree. */
export const ownRepository = 'saorsa-labs/vps-test'
export const ownRef = 'act'

interface Rewrite {
  readonly why: string
  readonly from: RegExp
  readonly to: string
}

const rewrites: readonly Rewrite[] = [
  {
    why: '`$/` (July 2026) is read as an action without a ref',
    from: /(\buses: )\$\/(?=\s|$)/gm,
    to: `$1${ownRepository}@${ownRef}`,
  },
  {
    why: 'the same for reusable workflows',
    from: /(\buses: )\$\/(\.github\/workflows\/[\w.-]+)/g,
    to: `$1${ownRepository}/$2@${ownRef}`,
  },
  {
    why: '`queue` (May 2026) is refused by its schema; act enforces no concurrency at all',
    from: /^ *queue: max\n/gm,
    to: '',
  },
]

/** What a job of an earlier attempt left. */
export interface Earlier {
  readonly result: 'success' | 'failure' | 'skipped'
  readonly outputs?: Readonly<Record<string, string>>
}

/**
 * "Re-run this job": GitHub keeps results and outputs of the jobs that are not run again. act knows no attempts, so
 * those jobs
 * become empty ones that end as the earlier ones did, with their outputs as literals.
 */
export interface Rerun {
  /** The file, by name: `vps-test.yml`. */
  readonly workflow: string
  /** Whose file: of the repository that is run (default), or one of ours that it calls. */
  readonly of?: 'workspace' | 'action'
  readonly jobs: readonly string[]
  readonly earlier: Readonly<Record<string, Earlier>>
}

export function downlevel(name: string, text: string, rerun?: Rerun): string {
  const plain = rewrites.reduce((sum, { from, to }) => sum.replace(from, to), text)
  return rerun?.workflow === name ? onlyAgain(plain, rerun) : plain
}

function onlyAgain(text: string, { jobs, earlier }: Rerun): string {
  const flow = parse(text) as { jobs: Record<string, object> }
  const known = Object.keys(flow.jobs)
  const strange = [...jobs, ...Object.keys(earlier)].filter((job) => !known.includes(job))
  if (strange.length > 0) throw new Error(`no such job: ${strange.join(', ')}; there are ${known.join(', ')}`)
  const kept = known.flatMap((job): readonly (readonly [string, object])[] => {
    const before = earlier[job]
    return jobs.includes(job) ? [[job, flow.jobs[job] ?? {}]] : before === undefined ? [] : [[job, asItWas(before)]]
  })
  return stringify({ ...flow, jobs: Object.fromEntries(kept) }, { lineWidth: 0, aliasDuplicateObjects: false })
}

function asItWas({ result, outputs = {} }: Earlier): object {
  // An output is text, never an expression.
  const literal = (value: string): string =>
    value.includes('${{') ? `\${{ '${value.replaceAll("'", "''")}' }}` : value
  return {
    'runs-on': 'ubuntu-24.04',
    ...(result === 'skipped' ? { if: false } : {}),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, literal(value)])),
    steps: [{ run: result === 'failure' ? 'exit 1' : 'true' }],
  }
}

/** Actions and reusable workflows of others that the text uses, `owner/repo@ref`, once each. */
export const foreignUses = (text: string): readonly string[] => [
  ...new Set(
    [...text.matchAll(/^\s*(?:- )?uses: ([\w.-]+\/[\w.-]+)(?:\/[^@\s]*)?@(\S+)/gm)].map(
      ([, repository, ref]) => `${repository ?? ''}@${ref ?? ''}`,
    ),
  ),
]
