/** `npm run pictures`: `nodes`, `status --watch` and `logs --follow` in real terminals beside a real test on a lab, as SVG in docs/pictures. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { exitCodes } from '../src/domain/failure.ts'
import { openPty, type Pty } from './pictures/pty.ts'
import { svgOf } from './pictures/svg.ts'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'src/cli.ts')
const sizes = [
  { columns: 80, rows: 36 },
  { columns: 200, rows: 50 },
] as const
/** Of a test, so that its matrix is neither empty nor full. */
const enoughLines = 12

const { values } = parseArgs({
  options: { lab: { type: 'string', default: 'pictures' }, binary: { type: 'string' }, out: { type: 'string' } },
})
const out = values.out ?? join(root, 'docs/pictures')
const home = mkdtempSync(join(tmpdir(), 'pictures-'))
const env = { ...process.env, VPS_TEST_HOME: home, NO_COLOR: undefined }
const lab = ['--fleet', 'lab', '--lab', values.lab] as const
const say = (text: string): void => void process.stderr.write(`${text}\n`)

const verb = (...args: readonly string[]): Promise<number | null> =>
  new Promise((resolve) => {
    spawn(process.execPath, [cli, ...args], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] }).on(
      'close',
      resolve,
    )
  })

const open = (size: (typeof sizes)[number], ...args: readonly string[]): Pty =>
  openPty({ argv: [process.execPath, cli, ...args], cwd: root, env, ...size })

function keep(pty: Pty, name: string, { columns }: (typeof sizes)[number], words: string): void {
  const file = `${name}-${columns}.svg`
  const svg = svgOf(pty.shot(), columns, `vps-test ${words} at ${columns} columns`)
  writeFileSync(join(out, file), svg)
  say(`${file}: ${Buffer.byteLength(svg)} bytes`)
}

/** Lines of evidence that the running test has written. */
function linesNow(): number {
  const below = (path: string): readonly string[] => {
    try {
      return readdirSync(path).map((n) => join(path, n))
    } catch {
      return []
    }
  }
  return below(join(home, 'testnet/sessions'))
    .flatMap((session) => below(join(session, 'test-1/evidence/suites')))
    .reduce((n, file) => n + readFileSync(file, 'utf8').split('\n').length - 1, 0)
}

/** Each size at once, while there is something to be seen. */
async function live(name: string, words: string, shown: RegExp, args: readonly string[]): Promise<void> {
  await Promise.all(
    sizes.map(async (size) => {
      const pty = open(size, ...args)
      if (!(await pty.holds(shown, 60_000)))
        throw new Error(`${words} at ${size.columns} columns does not show ${shown}`)
      await sleep(2500)
      keep(pty, name, size, words)
      await pty.interrupt()
    }),
  )
}

async function main(): Promise<number> {
  mkdirSync(out, { recursive: true })
  if ((await verb('lab', 'up', '--lab', values.lab)) !== 0) return exitCodes.infra
  try {
    const words = [
      'start',
      'testnet',
      'connectivity',
      'threshold',
      'logs',
      '--repo',
      'examples/testnet',
      ...lab,
      '--yes',
    ]
    const started = verb(...words, ...(values.binary === undefined ? [] : ['--binary', values.binary]))
    let code: number | null | undefined
    void started.then((ended) => {
      code = ended
    })
    while (linesNow() < enoughLines && code === undefined) await sleep(500)
    if (code !== undefined) throw new Error(`the test ended with ${code} before there was anything to be seen`)
    await live('status-watch', 'status --watch', /from\\to/, ['status', 'testnet', '--watch'])
    await live('logs-follow', 'logs --follow', /saorsa-\d+ .*received/, ['logs', 'testnet', '--follow'])
    say(`the test ended with ${String(await started)}`)
    for (const size of sizes) {
      const pty = open(size, 'nodes', ...lab)
      await pty.ended
      keep(pty, 'nodes', size, 'nodes')
    }
    return exitCodes.passed
  } finally {
    await verb('lab', 'down', '--lab', values.lab)
    rmSync(home, { recursive: true, force: true })
  }
}

process.exitCode = await main()
