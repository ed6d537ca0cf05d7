/** `npm run nat-grid -- --times 20`: every NAT type against every other, both send orders, by our own prober and the oracle. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureLab } from '../src/app/lab-nats.ts'
import { exitCodes } from '../src/domain/failure.ts'
import type { NatMeasurement } from '../src/domain/fleet.ts'
import { natName, oracle } from '../src/domain/suites/connectivity/oracle.ts'
import { withNetwork } from '../src/lab/network-only.ts'
import { loadTopology } from '../src/lab/topology.ts'
import { startReflectors, tryPair, type Tried } from './nat-grid/punch.ts'

/** What each node of the one side meets on the other: nodes whose number ends in 1, and in 2. */
const sideOf = (name: string, side: '1' | '2'): boolean => /-[1-9]\d$/.test(name) && name.endsWith(side)

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { times: { type: 'string' }, lab: { type: 'string' }, json: { type: 'boolean' } },
  })
  const times = Number(values.times ?? '1')
  const probe = process.env['VPS_TEST_PROBE']
  if (probe === undefined || !Number.isInteger(times) || times < 1) {
    process.stderr.write('npm run nat-grid -- [--times N] [--lab ID] [--json]\n')
    return exitCodes.usage
  }
  const root = join(import.meta.dirname, '..')
  const topology = loadTopology(readFileSync(join(root, 'fleets/nat-grid.topology.yaml'), 'utf8'))
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const log = { info: say, warn: say, progress: () => undefined }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(signal)))
  return withNetwork({ id: values.lab ?? 'grid', log, topology, signal: stop.signal }, async (made) => {
    const rows = await measureLab({ probe }, made, stop.signal)
    const nats = new Map<string, NatMeasurement>()
    for (const { node, measurement, note } of rows) {
      if (measurement === undefined) throw new Error(note ?? `${node.name} was not measured`)
      nats.set(node.name, measurement)
      say(`${node.name.padEnd(14)} ${natName(measurement)}, ${measurement.mapping}+${measurement.filtering}`)
    }
    const names = rows.map((r) => r.node.name)
    const [ones, twos] = [names.filter((n) => sideOf(n, '1')), names.filter((n) => sideOf(n, '2'))]
    const wishes = ones.flatMap((from) =>
      twos.flatMap((to) => (['caller', 'callee'] as const).map((first) => ({ from, to, first }))),
    )
    const tried: Tried[] = []
    await using reflectors = await startReflectors(made, probe, ['reflector-1', 'reflector-2'])
    for (let n = 0; n < times; n++) {
      for (let at = 0; at < wishes.length; at += 18)
        tried.push(...(await Promise.all(wishes.slice(at, at + 18).map((w) => tryPair(made, probe, reflectors, w)))))
      say(`${n + 1} of ${times}: ${surprises(tried, nats).length} surprises in ${tried.length} tries`)
    }
    const odd = surprises(tried, nats)
    if (values.json === true) process.stdout.write(`${JSON.stringify({ tried: tried.length, surprises: odd })}\n`)
    else process.stdout.write(`${grid(tried, nats, ones, twos)}\n${tried.length} tries, ${odd.length} surprises\n`)
    odd.forEach((s) => say(s))
    return odd.length === 0 ? exitCodes.passed : exitCodes.failed
  })
}

const expected = (t: Pick<Tried, 'from' | 'to'>, nats: ReadonlyMap<string, NatMeasurement>) =>
  oracle(nats.get(t.from) as NatMeasurement, nats.get(t.to) as NatMeasurement)

/** One sentence for each try that did what the oracle excludes. */
const surprises = (tried: readonly Tried[], nats: ReadonlyMap<string, NatMeasurement>): readonly string[] =>
  tried.flatMap((t) => {
    const { expected: want, why } = expected(t, nats)
    const both = t.callerHeard && t.calleeHeard
    const surprise = want === 'end-to-end' ? !both : want === 'relayed' && both
    const seen = `${t.from} ${t.callerHeard ? 'heard' : 'did not hear'} ${t.to}, ${t.to} ${t.calleeHeard ? 'heard' : 'did not hear'} ${t.from}`
    return surprise ? [`${t.from} → ${t.to}, the ${t.first} first: ${why}; ${seen}`] : []
  })

function grid(
  tried: readonly Tried[],
  nats: ReadonlyMap<string, NatMeasurement>,
  ones: readonly string[],
  twos: readonly string[],
): string {
  const kind = (name: string) => name.split('-')[0] ?? ''
  const cell = (from: string, to: string): string => {
    const of = tried.filter((t) => t.from === from && t.to === to)
    return `${expected({ from, to }, nats).expected === 'relayed' ? 'relay' : 'path'} ${of.filter((t) => t.callerHeard && t.calleeHeard).length}/${of.length}`
  }
  return [['', ...twos.map(kind)], ...ones.map((from) => [kind(from), ...twos.map((to) => cell(from, to))])]
    .map((row) => row.map((text) => text.padEnd(13)).join(''))
    .join('\n')
}

process.exitCode = await main()
