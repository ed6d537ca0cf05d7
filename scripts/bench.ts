/**
 * `npm run bench`: our deploy, matrix and commands beside scp and ssh, in one run on one lab. `-- --quick --json
 * --write`. Speed is never asserted.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pkg from '../package.json' with { type: 'json' }
import { exitCodes } from '../src/domain/failure.ts'
import { contextOf } from '../src/app/surroundings.ts'
import { explain } from '../src/cli/explain.ts'
import * as lab from '../src/app/lab.ts'
import { asJson, asPage, asText, type Figures } from './bench/figures.ts'
import { machineOf } from './bench/machine.ts'
import { openSsh } from './bench/openssh.ts'
import { settingOf } from './bench/setting.ts'
import { measureAll } from './bench/story.ts'

const id = 'bench'
const abort = new AbortController()
/** Whatever still runs when the measuring has ended. */
const over = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (abort.signal.aborted) process.exit(130)
    process.stderr.write(`\n${signal}: taking the lab down; once more to leave at once\n`)
    abort.abort(new Error(signal))
  })
const context = contextOf({
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  directory: import.meta.dirname,
  signal: AbortSignal.any([abort.signal, over.signal]),
  version: pkg.version,
})
const began = performance.now()
const say = (line: string): void => {
  context.terminal.info(`[${((performance.now() - began) / 1000).toFixed(0).padStart(3)} s] ${line}`)
}

async function bench(quick: boolean, scratch: string): Promise<Figures> {
  await lab.up(context, { lab: id })
  const setting = await settingOf(context, id, scratch, say)
  const machine = await machineOf(setting.plan.fleet, id)
  const measured = await measureAll(setting, await openSsh(setting), quick)
  return { date: new Date().toISOString().slice(0, 10), quick, machine, ...measured }
}

async function main(): Promise<number> {
  let flags: { quick?: boolean; json?: boolean; write?: boolean }
  try {
    flags = parseArgs({
      options: { quick: { type: 'boolean' }, json: { type: 'boolean' }, write: { type: 'boolean' } },
    }).values
  } catch (error) {
    context.terminal.info(
      `${error instanceof Error ? error.message : String(error)}\nnpm run bench -- [--quick] [--json] [--write]`,
    )
    return exitCodes.usage
  }
  const scratch = await mkdtemp(join(tmpdir(), 'vps-test-bench-'))
  try {
    const figures = await bench(flags.quick === true, scratch)
    process.stdout.write(flags.json === true ? asJson(figures) : asText(figures))
    if (flags.write === true) await writeFile(join(context.root, 'docs', 'figures.md'), asPage(figures))
    say('measured')
    return exitCodes.passed
  } catch (error) {
    return explain(context, error)
  } finally {
    over.abort()
    await lab.down({ ...context, signal: AbortSignal.timeout(120_000) }, { lab: id })
    await rm(scratch, { recursive: true, force: true })
  }
}

const code = await main()
process.exitCode = abort.signal.aborted ? 130 : code
// A proxy program that outlives its connection must not keep us from ending.
setTimeout(() => process.exit(), 3000).unref()
