/** Tells the program under test something on one node: its own command, as nobody, beside the running service. */
import { placeOf } from '../commands/place.ts'
import { currentBinary } from '../commands/release.ts'
import { readSubjectRun, subjectRun } from '../commands/subject-run.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { InstructionEnd } from '../domain/suites/instruction.ts'
import { faultOf } from './attempt.ts'
import type { Bench } from './bench.ts'

export interface Instruction {
  readonly why: string
  readonly args: readonly string[]
  /** On its standard input; null: nothing. */
  readonly stdin: string | Uint8Array | null
  readonly seconds: number
  /** Of what it prints, from its beginning. */
  readonly bytes?: number
}

export interface Instructed {
  readonly end: InstructionEnd
  readonly output: string
  /** Of the file that was executed; null: it was not, or could not be read. */
  readonly sha256: string | null
}

/** What a node far away may take beside the command itself. */
const transportSeconds = 20

export async function instruct(
  { world, plan, confinedBy }: Bench,
  name: NodeName,
  instruction: Instruction,
): Promise<Instructed> {
  const { why, args, stdin, seconds, bytes = 1 << 16 } = instruction
  const node = world.fleet.nodes.find((n) => n.name === name)
  const nothing = { output: '', sha256: null }
  if (node === undefined) return { ...nothing, end: { kind: 'fault', by: 'harness', message: `no node ${name}` } }
  const { deploy, binary } = plan.config
  try {
    const remote = await world.remote(name)
    const result = await remote.run(
      subjectRun({
        why,
        place: placeOf(node.runtime),
        program: currentBinary({ installPath: deploy.installPath, name: binary.name }),
        args,
        seconds,
        output: { keep: 'beginning', bytes },
        confinedBy,
      }),
      {
        timeoutMs: (seconds + transportSeconds) * 1000,
        signal: world.signal,
        stdin: typeof stdin === 'string' ? new TextEncoder().encode(stdin) : (stdin ?? new Uint8Array()),
      },
    )
    const ended = readSubjectRun(result.stdout, result.stderr, seconds)
    if (ended.kind === 'not-started')
      return { ...nothing, end: { kind: 'fault', by: 'infra', message: `it could not be started: ${ended.why}` } }
    const { code, output, sha256, late } = ended
    return { output, sha256, end: late ? { kind: 'timeout' } : { kind: 'exit', code } }
  } catch (error) {
    world.signal.throwIfAborted()
    const { kind: by, message } = faultOf(error, name)
    return { ...nothing, end: { kind: 'fault', by, message } }
  }
}
