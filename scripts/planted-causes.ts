/** `npm run planted-causes`: breaks a small lab in one way after another, and prints what the diagnosis named first. */
import { parseArgs } from 'node:util'
import { scratch, cli } from '../test/e2e/cli.ts'
import { openLab, type Lab } from '../test/e2e/lab.ts'
import { story } from '../test/e2e/session.ts'
import { planted as cases, withNodes } from '../test/domain/failed-cases.ts'
import { diagnosed, symptomsOf, type FailureDiagnosis } from '../src/domain/failed/diagnosis.ts'
import { exitCodes } from '../src/domain/failure.ts'
import { machineNow } from './gauntlet/machine.ts'
import { planted, type Planted } from './planted/planted.ts'

const help = `npm run planted-causes -- [--only a,b] [--values] [--json]

Plants each cause on a lab of five hosts (root), runs a session, and asks \`vps-test explain\` for its cause.
What no lab of this machine can have (memory, clock, libraries, …) is run on values, and marked so.
  --only a,b   these causes alone        --values   no lab: what is run on values alone
Exit codes: 0 the right cause was first each time, 20 not each time, 10 the lab broke.
`

interface Row {
  readonly id: string
  readonly what: string
  readonly on: 'lab' | 'values'
  readonly verdict: string
  /** Named first, and whose. */
  readonly first: string
  /** Of a right one; 0: it was not named. */
  readonly rank: number
  readonly ownerRight: boolean
  readonly seconds: number
}

const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-10']
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort())

const ranked = (diagnosis: FailureDiagnosis | null, right: readonly string[]): number =>
  (diagnosis?.causes ?? []).findIndex((c) => right.includes(c.id)) + 1

async function onLab(lab: Lab, dir: string, p: Planted): Promise<Row> {
  const began = performance.now()
  const wish = { dir, lab: lab.id, nodes, sampleFloor: 1, timeoutSeconds: 3, registrationSeconds: 15 }
  const session = await story({ ...wish, ...(await p.wish?.(dir)), limitMs: 600_000 })
  const repairs = p.plant === undefined ? [] : [await p.plant(lab)]
  try {
    if (p.afterDeploy !== undefined) {
      await session.runInto('TEST')
      repairs.push(await p.afterDeploy(lab))
    }
    const { answer } = await session.run()
    const explained = await cli(['explain', 'testnet', '--json'], session.home)
    const diagnosis = JSON.parse(explained.out.trim()) as FailureDiagnosis | null
    const [first] = diagnosis?.causes ?? []
    return {
      id: p.id,
      what: p.what,
      on: 'lab',
      verdict: answer.verdict ?? answer.state,
      first: first === undefined ? 'nothing' : `${first.id} (${first.owner}): ${first.what}`,
      rank: ranked(diagnosis, p.right),
      ownerRight: first?.owner === p.owner,
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    for (const repair of repairs.toReversed()) await repair()
  }
}

/** Of causes that no row of the lab plants. */
const onValues = (): readonly Row[] => {
  const shown = new Set(planted.flatMap((p) => p.right))
  return cases
    .filter(([cause]) => !shown.has(cause) && cause !== 'unknown')
    .map(([cause, owner, of], i) => {
      const diagnosis = diagnosed(symptomsOf({ stage: 'TEST', why: 'it failed', ...withNodes(cause, of) }))
      const [first] = diagnosis.causes
      return {
        id: `${cause} ${i}`,
        what: cause,
        on: 'values',
        verdict: '–',
        first: first === undefined ? 'nothing' : `${first.id} (${first.owner}): ${first.what}`,
        rank: ranked(diagnosis, [cause]),
        ownerRight: first?.owner === owner,
        seconds: 0,
      }
    })
}

const textOf = (rows: readonly Row[]): string => {
  const line = (r: Row): string =>
    `| ${r.on === 'lab' ? r.id : r.what} | ${r.on} | ${r.verdict} | ${r.first} | ${r.rank === 0 ? '–' : r.rank} | ${r.rank === 1 ? 'hit' : 'miss'} | ${r.ownerRight ? 'yes' : 'no'} |`
  const count = (on: Row['on']): string => {
    const all = rows.filter((r) => r.on === on)
    return `${on}: ${all.filter((r) => r.rank === 1).length} of ${all.length} named first, ${all.filter((r) => r.rank > 0).length} named at all, whose it is right in ${all.filter((r) => r.ownerRight).length}`
  }
  return [
    '| planted | on | verdict | named first | rank of the right one | | owner right |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(line),
    '',
    count('lab'),
    count('values'),
    `${machineNow()}, ${new Date().toISOString().slice(0, 10)}`,
    '',
  ].join('\n')
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      values: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    process.stdout.write(help)
    return exitCodes.passed
  }
  const only = values.only?.split(',')
  const unknown = only?.filter((id) => planted.every((p) => p.id !== id)) ?? []
  if (unknown.length > 0) {
    say(`no cause ${unknown.join(', ')}; there are: ${planted.map((p) => p.id).join(', ')}`)
    return exitCodes.usage
  }
  const rows: Row[] = []
  let broke = false
  if (values.values !== true) {
    const place = scratch()
    const lab = await openLab('planted', 'five')
    try {
      for (const p of planted.filter(({ id }) => only?.includes(id) ?? true)) {
        if (stopping.signal.aborted) break
        try {
          const row = await onLab(lab, place.dir, p)
          rows.push(row)
          say(`${row.rank === 1 ? '✓' : '✗'} ${p.id}: ${row.verdict}; ${row.first} (${row.seconds.toFixed(0)} s)`)
        } catch (error) {
          broke = true
          say(`! ${p.id}: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
    } finally {
      await lab.down()
      place.remove()
    }
  }
  if (only === undefined) rows.push(...onValues())
  process.stdout.write(values.json === true ? `${JSON.stringify(rows, null, 1)}\n` : textOf(rows))
  return broke ? exitCodes.infra : rows.every((r) => r.rank === 1 && r.ownerRight) ? exitCodes.passed : exitCodes.failed
}

process.exitCode = await main()
