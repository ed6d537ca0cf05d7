/** What is measured, in order: deploys, the matrix, single commands. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RoundEvidence } from '../../src/domain/evidence.ts'
import type { NodeName } from '../../src/domain/fleet.ts'
import { loadTopology } from '../../src/lab/lab.ts'
import type { Row } from './figures.ts'
import { inTurns, type Timed } from './measure.ts'
import { attemptTheirs, deployTheirs, nothing, prepareBeside, stopBeside, type OpenSsh } from './openssh.ts'
import { attemptOurs, deployOurs, inWorld, ready, type Ready } from './ours.ts'
import { fewRounds, nested, roundsOf } from './pairs.ts'
import { freshBinary, type Setting } from './setting.ts'

interface Measured {
  readonly rows: readonly Row[]
  readonly counted: readonly string[]
}
const take = (all: ReadonlyMap<string, Timed>, name: string): Timed => {
  const found = all.get(name)
  if (found === undefined) throw new Error(`${name} was not measured`)
  return found
}

export async function measureAll(s: Setting, o: OpenSsh, quick: boolean): Promise<Measured> {
  s.say('build the example; a first deploy on both sides, not timed')
  const prepared = await ready(s)
  const first = await freshBinary(s, prepared.program, 0)
  const peerIds = await deployOurs(s, prepared, first, false)
  await inWorld(s, (world) => prepareBeside(s, world))
  await deployTheirs(o, first, 'together')
  const size = (await readFile(prepared.program)).length
  const small = await measureDeploys(s, o, prepared, 0, `${(size / 2 ** 20).toFixed(2)} MiB (the example)`, {
    times: quick ? 1 : 3,
    again: !quick,
  })
  const large = quick
    ? []
    : await measureDeploys(s, o, prepared, 16 << 20, '16 MiB (padded with random bytes)', { times: 3, again: false })
  await inWorld(s, (world) => stopBeside(s, world))
  const matrix = await measureMatrix(s, o, peerIds, quick)
  const commands = await measureCommands(s, o, quick)
  return { rows: [...small, ...large, ...matrix.rows, ...commands], counted: matrix.counted }
}

/** Scp carries everything every time, so only vps-test needs a file that is new; where nothing is new, it sees that. */
async function measureDeploys(
  s: Setting,
  o: OpenSsh,
  prepared: Ready,
  bytes: number,
  what: string,
  ask: { readonly times: number; readonly again: boolean },
): Promise<readonly Row[]> {
  s.say(`deploy to ${s.plan.nodes.length} nodes: ${what}`)
  let path = ''
  const fresh = async (): Promise<void> => {
    path = await freshBinary(s, prepared.program, bytes)
  }
  const times = await inTurns(
    [
      { name: 'vps-test', before: fresh, act: async () => void (await deployOurs(s, prepared, path, false)) },
      { name: 'one by one', act: () => deployTheirs(o, path, 'serial') },
      { name: 'all at once', act: () => deployTheirs(o, path, 'together') },
      ...(ask.again
        ? [
            { name: 'vps-test again', act: async () => void (await deployOurs(s, prepared, path, true)) },
            { name: 'one by one again', act: () => deployTheirs(o, path, 'serial') },
          ]
        : []),
    ],
    ask.times,
    s.say,
  )
  return [
    {
      what: `deploy, ${what}`,
      ours: take(times, 'vps-test'),
      serial: take(times, 'one by one'),
      together: take(times, 'all at once'),
    },
    ...(ask.again
      ? [
          {
            what: `deploy, ${what}, same again`,
            ours: take(times, 'vps-test again'),
            serial: take(times, 'one by one again'),
          },
        ]
      : []),
  ]
}

async function measureMatrix(
  s: Setting,
  o: OpenSsh,
  peerIds: ReadonlyMap<NodeName, string>,
  quick: boolean,
): Promise<Measured> {
  const all = roundsOf(s.plan)
  const rounds = quick ? fewRounds(all, 12) : all
  const pairs = nested(rounds, s.plan)
  s.say(`matrix: ${pairs.length} of ${all.flat().length} ordered pairs`)
  const counted: string[] = []
  const times = await inTurns(
    [
      {
        name: 'vps-test',
        act: async () => {
          const seen = await attemptOurs(s, peerIds, rounds)
          const attempts = seen.flatMap((r) => r.attempts)
          counted.push(
            `Matrix, vps-test: ${attempts.filter((a) => a.claim.success === true).length} of ${attempts.length} dials succeeded in ${rounds.length} rounds; ${seen.filter(whole).flatMap((r) => r.attempts).length} attempts have every counter and the receiver’s record.`,
          )
          return attempts.length
        },
      },
      {
        name: 'one by one',
        act: async () => {
          const claims = await attemptTheirs(o, peerIds, pairs)
          counted.push(
            `Matrix, ssh: ${claims.filter((c) => c.success === true).length} of ${claims.length} dials succeeded.`,
          )
          return claims.length
        },
      },
    ],
    quick ? 1 : 3,
    s.say,
  )
  const both = { ours: take(times, 'vps-test'), serial: take(times, 'one by one') }
  const what = `matrix, ${pairs.length} of ${all.flat().length} ordered pairs`
  return {
    rows: [
      { what, ...both },
      { what, per: 'attempt', ...both },
    ],
    counted: [...new Set(counted)],
  }
}

const whole = ({ attempts, readings }: RoundEvidence): boolean =>
  attempts.every((a) => a.record.kind === 'there') &&
  Object.values(readings).every((r) => r.counters.kind === 'there' && (r.box === null || r.box.kind === 'there'))

/** Ten commands one after the other (quick: three), on the nodes with the shortest and the longest way. */
async function measureCommands(s: Setting, o: OpenSsh, quick: boolean): Promise<readonly Row[]> {
  const file = join(s.context.root, 'fleets', 'lab.topology.yaml')
  const byDelay = loadTopology(await readFile(file, 'utf8'), file).nodes.toSorted((a, b) => a.delayMs - b.delayMs)
  const times = quick ? 3 : 10
  const rows: Row[] = []
  for (const node of [byDelay[0], byDelay.at(-1)]) {
    if (node === undefined) continue
    s.say(`${times} commands on ${node.name}`)
    const many = async (act: () => Promise<void>): Promise<Timed> =>
      take(await inTurns([{ name: 'command', act }], times, () => undefined), 'command')
    const ours = await inWorld(s, async (world) => {
      const remote = await world.remote(node.name)
      return many(
        async () =>
          void (await remote.run(
            { kind: 'argv', why: 'nothing', idempotent: true, argv: ['true'] },
            { timeoutMs: 60_000, signal: world.signal },
          )),
      )
    })
    rows.push({
      what: `SSH command on ${node.name} (${2 * node.delayMs} ms there and back)`,
      ours,
      serial: await many(() => nothing(o, node.name)),
    })
  }
  return rows
}
