/** Causes in the program itself: it does not compile, run, listen or stay; by what its unit and the kernel say of it. */
import { lookFurther } from '../look.ts'
import { killedItself } from '../../post-mortem/killed.ts'
import type { Symptoms } from '../symptoms.ts'
import {
  findingsNamed,
  inLedger,
  inLogs,
  inVerdict,
  rests,
  shareTouching,
  toldByNodes,
  wordsOf,
  type CauseRow,
  type Recognised,
} from './row.ts'

const inLogsOf: CauseRow['look'] = ({ on }, node) => lookFurther.logs(on, node)
const lookOnNode: CauseRow['look'] = ({ on }, node) =>
  node === undefined ? lookFurther.logs(on) : lookFurther.node(on, node)

/** systemd's own words of how the main process ended. */
const ends = /Main process exited, code=(exited|killed|dumped), status=(\d+)\/(\S+)/
/** Stopped or killed by somebody: no fault that a program makes. */
const ordered = new Set(['TERM', 'INT', 'HUP', 'KILL', 'QUIT', 'USR1', 'USR2', 'PIPE'])
/** What systemd could not do before the program began. */
const systemdOwn = (status: string): boolean => /^2\d\d$/.test(status)

const crashes = (lines: readonly string[]) =>
  lines.flatMap((line) => {
    const [, how, status = '', name = ''] = ends.exec(line) ?? []
    return (how === 'killed' || how === 'dumped') && !ordered.has(name) ? [{ line, name, status }] : []
  })

const panicPlace = /\bpanicked at (?:'([^']{0,200})', )?([^\s:]{1,200}:\d{1,7}(?::\d{1,7})?)/

/** First lines of each panic: where, and what it says. */
function panics(words: readonly string[]): readonly string[] {
  return words.flatMap((line, i) => {
    if (!panicPlace.test(line)) return []
    const next = words[i + 1] ?? ''
    return [`${line} ${next.startsWith('note: ') || panicPlace.test(next) ? '' : next}`.trim()]
  })
}

const leftByCode =
  (...codes: readonly string[]) =>
  (s: Symptoms): Recognised | null => {
    const left = s.leftOut.filter((l) => codes.includes(l.code ?? ''))
    const whole = s.code !== null && codes.includes(s.code) ? [inLedger(s.why)] : []
    return rests(
      [...whole, ...left.map((l) => inLedger(`${l.node}: ${l.code} ${l.why}`))],
      whole.length > 0
        ? 0.85
        : 0.85 *
            shareTouching(
              s,
              left.map((l) => l.node),
              [],
            ),
      left[0] === undefined ? {} : { node: left[0].node },
    )
  }

export const programCauses: readonly CauseRow[] = [
  {
    id: 'crashed',
    what: 'the program crashed',
    owner: 'product',
    seen: (s) =>
      toldByNodes(
        s,
        1,
        ({ found: { machine, unit } }) => {
          const seen = crashes(machine.systemd)
          const kernel = (machine.kernel ?? []).filter(
            (l) => /segfault|general protection|invalid opcode|traps:/.test(l) && l.includes(unit.slice(0, 15)),
          )
          return seen.length === 0 ? [] : [...new Set(seen.map((c) => c.line)), ...kernel]
        },
        (line, node) => `the program crashed on ${node}: signal ${crashes([line])[0]?.name ?? ''}`,
      ),
    look: lookOnNode,
  },
  {
    id: 'panicked',
    what: 'the program panicked',
    owner: 'product',
    seen: (s) => {
      const there = toldByNodes(
        s,
        0.995,
        (n) => panics(wordsOf(n)),
        (line, node) => `the program panicked at ${panicPlace.exec(line)?.[2] ?? '?'} on ${node}`,
      )
      if (there !== null) return there
      const lines = s.lines.filter((l) => /\bpanicked at\b/.test(l.template))
      const nodes = lines.flatMap((l) => l.nodes)
      return rests(
        lines.map((l) => inLogs(`${l.nodes.join(', ')}: ${l.template} (${l.count} times)`)),
        Math.max(0.5, 0.9 * shareTouching(s, nodes)),
        nodes[0] === undefined ? {} : { node: nodes[0] },
      )
    },
    look: lookOnNode,
  },
  {
    id: 'out-of-files',
    what: 'the program has no file descriptors left',
    owner: 'product',
    seen: (s) =>
      toldByNodes(s, 0.99, (n) => {
        const { process } = n.found.machine
        const full =
          process?.openFiles != null && process.mostFiles !== null && process.openFiles >= 0.9 * process.mostFiles
        return [
          ...wordsOf(n).filter((l) => /Too many open files|os error 24\b/.test(l)),
          ...(full ? [`${process.openFiles} of ${process.mostFiles} files are open`] : []),
        ]
      }),
    look: lookOnNode,
  },
  {
    id: 'out-of-memory',
    what: 'the program used up the memory of its node and was killed',
    owner: 'product',
    seen: (s) =>
      toldByNodes(s, 0.99, ({ found: { machine, unit } }) => {
        const own = (machine.kernel ?? []).filter((l) => killedItself(l, unit, machine.memory))
        return own.length === 0
          ? []
          : [...own, ...machine.systemd.filter((l) => /OOM killer|result 'oom-kill'/.test(l))]
      }),
    look: lookOnNode,
  },
  {
    id: 'filled-disk',
    what: 'the program filled the disk by itself',
    owner: 'product',
    seen: (s) =>
      toldByNodes(s, 0.97, ({ found: { data } }) =>
        data !== null && data.freeKiB !== null && data.freeKiB < 1024 && (data.ownKiB ?? 0) * 2 >= (data.usedKiB ?? 1)
          ? [`${data.path} holds ${data.ownKiB} KiB of its own, ${data.freeKiB} KiB are free`]
          : [],
      ),
    look: lookOnNode,
  },
  {
    id: 'ended',
    what: 'the program ends by itself',
    owner: 'product',
    seen: (s) =>
      toldByNodes(
        s,
        0.96,
        (n) => {
          const exits = n.found.machine.systemd.filter((l) => {
            const [, how, status = '0'] = ends.exec(l) ?? []
            return how === 'exited' && status !== '0' && !systemdOwn(status)
          })
          const last = wordsOf(n).at(-1)
          return exits.length === 0 ? [] : [...new Set(exits), ...(last === undefined ? [] : [`it said last: ${last}`])]
        },
        (line, node) => `the program ended by itself on ${node}, with exit code ${ends.exec(line)?.[2] ?? '?'}`,
      ),
    look: lookOnNode,
  },
  {
    id: 'died',
    what: 'the service died and was started again by systemd',
    owner: 'product',
    seen: (s) => {
      const found = findingsNamed(s, 'restarted', 'not-running').filter((f) => !/by somebody/.test(f.message))
      const nodes = found.flatMap((f) => (f.node === null ? [] : [f.node]))
      return rests(
        found.map((f) => inVerdict(f.message)),
        0.9 * shareTouching(s, nodes),
        nodes[0] === undefined ? {} : { node: nodes[0] },
      )
    },
    look: lookOnNode,
  },
  {
    id: 'not-listening',
    what: 'the service runs and has its port no more, or never had it',
    owner: 'product',
    seen: (s) => {
      const found = findingsNamed(s, 'port-closed')
      const nodes = found.flatMap((f) => (f.node === null ? [] : [f.node]))
      const deaf = s.leftOut.filter((l) => l.code === 'P011' && /does not listen on/.test(l.why))
      const lines = [...found.map((f) => inVerdict(f.message)), ...deaf.map((l) => inLedger(`${l.node}: ${l.why}`))]
      const all = [...nodes, ...deaf.map((l) => l.node)]
      return rests(lines, 0.95 * shareTouching(s, all), all[0] === undefined ? {} : { node: all[0] })
    },
    look: lookOnNode,
  },
  {
    id: 'not-registered',
    what: 'the program runs and does not register, or its registry answers nothing that can be read',
    owner: 'product',
    seen: leftByCode('P012'),
    look: lookOnNode,
  },
  {
    id: 'does-not-run',
    what: 'the program does not stay up',
    owner: 'product',
    seen: leftByCode('P010', 'P011'),
    look: lookOnNode,
  },
  {
    id: 'datagrams-overflow',
    what: 'the program takes its datagrams too slowly: the kernel dropped some',
    owner: 'product',
    seen: (s) => {
      const seen = toldByNodes(s, 0.3, ({ found: { machine } }) =>
        machine.receiveOverflows !== null && machine.receiveOverflows >= 100
          ? [`${machine.receiveOverflows} datagrams were dropped at full receive buffers since the node's boot`]
          : [],
      )
      return seen === null ? null : { ...seen, explains: Math.min(0.3, seen.explains) }
    },
    look: lookOnNode,
  },
  {
    id: 'new-errors',
    what: 'the journals hold errors that the last test that passed did not have',
    owner: 'product',
    seen: ({ lines }) =>
      rests(
        lines
          .filter((l) => l.level === 'error' && l.change !== null)
          .map((l) =>
            inLogs(
              `${l.nodes.join(', ')}: ${l.template} (${l.count} times, ${l.change === 'new' ? 'new' : `${l.before} times then`})`,
            ),
          ),
        0.5,
      ),
    look: inLogsOf,
  },
]
