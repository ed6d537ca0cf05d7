/** Two probers that open a path at the same time, in two nodes' networks of a lab. */
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import type { RunningLab } from '../../src/lab/lab.ts'

export interface Wanted {
  readonly from: string
  readonly to: string
  /** Who writes first; the other one does so later by more than a round trip. */
  readonly first: 'caller' | 'callee'
}
export interface Tried extends Wanted {
  readonly callerHeard: boolean
  readonly calleeHeard: boolean
}

export interface Reflectors extends AsyncDisposable {
  readonly options: readonly string[]
}

const laterMs = '450'
const seconds = '3'

export async function startReflectors(
  made: RunningLab,
  probe: string,
  names: readonly [string, string],
): Promise<Reflectors> {
  const [one = '', two = ''] = names.map((name) => made.fleet.nodes.find((n) => n.name === name)?.ip)
  const [ports, token] = ['3478,3479', randomBytes(16).toString('hex')]
  const begin = async (name: string, peer: string): Promise<ChildProcess> => {
    const child = start(made, name, [
      probe,
      'reflect',
      '--ports',
      ports,
      '--peer',
      peer,
      '--token',
      token,
      '--seconds',
      '7200',
      '--until-eof',
    ])
    await lines(child).next()
    return child
  }
  const children = await Promise.all([begin(names[0], two), begin(names[1], one)])
  return {
    options: ['--primary', one, '--secondary', two, '--ports', ports, '--token', token],
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.stdin?.end()
    },
  }
}

export async function tryPair(made: RunningLab, probe: string, reflectors: Reflectors, wanted: Wanted): Promise<Tried> {
  const ends = [wanted.from, wanted.to].map((name) => {
    const child = start(made, name, [probe, 'punch', ...reflectors.options, '--seconds', seconds])
    return { child, said: lines(child) }
  })
  const [caller, callee] = await Promise.all(ends.map(async ({ said }) => String((await next(said))['addr'])))
  const after = (who: Wanted['first']): string => (wanted.first === who ? '0' : laterMs)
  ends[0]?.child.stdin?.end(`${callee} ${after('caller')}\n`)
  ends[1]?.child.stdin?.end(`${caller} ${after('callee')}\n`)
  const [a, b] = await Promise.all(ends.map(({ said }) => next(said)))
  return { ...wanted, callerHeard: a?.['heard'] === true, calleeHeard: b?.['heard'] === true }
}

function start(made: RunningLab, node: string, argv: readonly string[]): ChildProcess {
  const [file = '', ...args] = [...made.enter(node), ...argv]
  return spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
}

async function* lines(child: ChildProcess): AsyncGenerator<string> {
  if (child.stdout !== null) yield* createInterface({ input: child.stdout })
}

async function next(said: AsyncGenerator<string>): Promise<Readonly<Record<string, unknown>>> {
  const { value, done } = await said.next()
  if (done === true) throw new Error('a prober ended without a word')
  return JSON.parse(value) as Readonly<Record<string, unknown>>
}
