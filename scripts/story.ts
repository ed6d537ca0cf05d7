/**
 * `npm run story`: on a lab of five hosts a planted bug fails, is diagnosed, mended, green, soaked; a node is made to leak
 * and restarts, the soak regresses, the full loop begins again, and ends. Prints the proof, where each number comes from,
 * and what people were told. `-- --fix-only` ends with the mended test, `-- --kill` kills the run once in each of its stages.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openGitLedger } from '../src/adapters/git-ledger.ts'
import { isSealed } from '../src/domain/events/entry.ts'
import type { Entry } from '../src/domain/ledger.ts'
import { fold } from '../src/domain/session.ts'
import { labExec } from '../src/lab/lab.ts'
import { fixing, passing, soaking, told } from './story/chapters.ts'
import { columns, figures } from './story/figures.ts'
import { moments } from './story/killed.ts'
import { planted } from './story/planted.ts'
import { openReceivers } from './story/receivers.ts'

const [fixOnly, kill] = ['--fix-only', '--kill'].map((flag) => process.argv.includes(flag))
const root = join(import.meta.dirname, '..')
const id = 'story'
const leaking = 'saorsa-7'
/** Of which the recorder of a soak has a sample each: fewer than eight say nothing of growth. */
const leakMinutes = 9.5
/** As the table of causes has it. */
const plantedCause = 'not-recorded'
const dir = mkdtempSync(join(tmpdir(), 'vps-test-story-'))
const home = join(dir, 'home')
const began = performance.now()
const { repo, git } = planted(root, dir, fixOnly !== true)
const receivers = await openReceivers(dir)
const say = (text: string): void => void process.stderr.write(`${text}\n`)
const show = (title: string, text: string): void =>
  void process.stdout.write(`\n${'═'.repeat(20)} ${title}\n\n${text}\n`)

/** `until`: the run is killed, as by a power cut, once that holds. */
async function verb(args: readonly string[], shift = 0, until?: () => Promise<boolean>): Promise<number> {
  say(`\n── vps-test ${args.join(' ')}${shift === 0 ? '' : `, the clock moved by ${shift} s`}`)
  const env = {
    ...process.env,
    ...receivers.env,
    VPS_TEST_HOME: home,
    ...(shift === 0 ? {} : { VPS_TEST_CLOCK_SHIFT_SECONDS: String(shift) }),
  }
  const child = spawn(process.execPath, [join(root, 'src', 'cli.ts'), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  })
  const ended = new Promise<number>((done) => child.once('exit', (code) => done(code ?? 137)))
  let over = false
  void ended.then(() => (over = true))
  while (until !== undefined && !over) {
    if (await until()) child.kill('SIGKILL')
    await new Promise((next) => setTimeout(next, 50))
  }
  return ended
}

const lab = ['--lab', id]
const place = join(home, 'testnet')
async function entriesNow(): Promise<readonly Entry[]> {
  if (!existsSync(join(place, 'ledger.git'))) return []
  const ledger = await openGitLedger(join(place, 'ledger.git'))
  const [session] = await ledger.sessions()
  return session === undefined ? [] : ledger.read(session)
}
async function on(node: string, script: string): Promise<void> {
  const [file = '', ...rest] = await labExec({ id, node }, ['sh', '-euc', script])
  execFileSync(file, rest, { stdio: ['ignore', 'inherit', 'inherit'] })
}

/** Seconds by which the clock is moved so that the checkpoint was due two minutes ago. */
async function due(): Promise<number> {
  const entries = await entriesNow()
  const session = fold(entries[0]?.session ?? '', entries)
  if (session.waitUntil === null) throw new Error(`nothing is waited for in ${session.state}: ${session.why}`)
  return Math.ceil((session.waitUntil - Date.now()) / 1000) + 120
}

async function story(): Promise<number> {
  const topology = join(root, 'test', 'fixtures', 'lab', 'five.topology.yaml')
  const up = await verb(['lab', 'up', ...lab, '--topology', topology, '--shaping', 'none', '--no-measure'])
  if (up !== 0) return up
  const start = ['start', '--repo', repo, '--fleet', 'lab', ...lab, '--yes']
  for (const { what, holds } of kill === true ? moments : []) {
    await verb(start, 0, async () => holds(await entriesNow()))
    say(`── killed ${what}`)
  }
  const first = await verb(start)
  if (first !== 0 || fixOnly === true) return first
  await verb(['soak'], await due())
  say(`\n── ${leaking} is made to leak for ${leakMinutes} minutes, and then dies`)
  const leak = '/var/lib/testnet-peer/leak'
  await on(leaking, `touch ${leak}; sleep ${60 * leakMinutes}; rm ${leak}; systemctl kill --signal KILL testnet-peer`)
  for (const _ of ['six hours', 'one hour', 'six hours']) await verb(['soak'], await due())
  return 0
}

/** What the session came to, by its ledger and its evidence. False: not what the story tells. */
async function shown(): Promise<boolean> {
  const entries = await entriesNow()
  const session = entries[0]?.session ?? ''
  const folder = join(place, 'sessions', session)
  const happened = told([...fixing, ...(fixOnly === true ? passing : soaking)], entries)
  const last = entries.findLast(isSealed)
  if (last !== undefined) show('the proof of the last test', readFileSync(join(folder, last.facts.proofPage), 'utf8'))
  const regressed = entries.findLast((e) => e.to === 'RESTART')
  if (regressed !== undefined && isSealed(regressed)) {
    const page = readFileSync(join(folder, regressed.facts.proofPage), 'utf8')
    const watched = page.split(/^(?=## )/m).find((section) => section.startsWith('## Watched'))
    show(`what the recorders saw before the regression (${regressed.facts.folder})`, watched ?? 'nothing')
  }
  show(
    'each figure, and where it is counted',
    columns([
      ['test', 'result', 'figure', 'value', 'file', 'sha256'],
      ...figures(folder, entries).map((f) => [f.test, f.result, f.figure, f.value, f.file, f.sha256.slice(0, 16)]),
    ]),
  )
  const verified: [string, number][] = []
  for (const e of entries.filter(isSealed))
    verified.push([
      e.facts.folder,
      await verb(['verify', join(folder, e.facts.folder), '--ledger', join(place, 'ledger.git')]),
    ])
  const diagnosis = JSON.parse(readFileSync(join(folder, 'diagnosis.json'), 'utf8')) as {
    readonly causes: readonly { readonly id: string; readonly what: string }[]
  }
  const [cause] = diagnosis.causes
  show('told to the webhook, as it went out', receivers.webhook().join('\n'))
  show('told to the program of the person: arguments | standard input', receivers.command().join('\n'))
  show(
    'branches, here and at the remote',
    `${git('branch', '--list', '--verbose')}\n${git('ls-remote', '--heads', 'origin')}`,
  )
  show(
    'the story, by the ledger',
    columns([
      ['', 'entry', 'what', 'why'],
      ...happened.map(({ what, entry }) => [
        entry === null ? '✗' : '✓',
        entry === null ? '–' : String(entry.seq),
        what,
        entry?.why ?? 'did not happen',
      ]),
      [
        cause?.id === plantedCause ? '✓' : '✗',
        '',
        'the diagnosis names the planted cause first',
        cause?.what ?? 'none',
      ],
      ...verified.map(([test, code]) => [code === 0 ? '✓' : '✗', '', `verify ${test}`, `exit ${code}`]),
    ]),
  )
  return (
    happened.every((h) => h.entry !== null) && cause?.id === plantedCause && verified.every(([, code]) => code === 0)
  )
}
let code = 1
try {
  // What came of it is shown, whatever broke.
  code = await story().catch((error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return 1
  })
  if (!(await shown()) && code === 0) code = 1
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  code = 1
} finally {
  const down = await verb(['lab', 'down', ...lab])
  if (code === 0) code = down
  await receivers.close()
  rmSync(dir, { recursive: true, force: true })
}
say(`\nstory: exit ${code}, ${((performance.now() - began) / 1000).toFixed(0)} s in all`)
process.exitCode = code
