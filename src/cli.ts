#!/usr/bin/env node
/** The command line: reads its surroundings, calls one verb, turns the answer into an exit code. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import pkg from '../package.json' with { type: 'json' }
import { whoAmI } from './adapters/system.ts'
import { terminal } from './adapters/terminal.ts'
import { exitCodes } from './domain/failure.ts'
import type { Context } from './verbs/context.ts'
import { defineVerbs } from './verbs/define.ts'
import { explain } from './verbs/explain.ts'

const env = process.env
const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {
  if (abort.signal.aborted) process.exit(130)
  process.stderr.write(`\n${signal}: cleaning up; once more to leave at once\n`)
  abort.abort(new Error(signal))
})

const home = env['VPS_TEST_HOME'] ?? join(homedir(), '.vps-test')
const built = (name: string): string | null => (name !== '' && existsSync(name) ? name : null)
const context: Context = {
  terminal: terminal(), signal: abort.signal, root: packageRoot(import.meta.dirname), cwd: process.cwd(), stateDir: home,
  cacheDir: env['VPS_TEST_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'vps-test'),
  probe: built(env['VPS_TEST_PROBE'] ?? ''), delayHelper: built(env['VPS_TEST_DELAY'] ?? ''), who: whoAmI(),
}

const program = new Command('vps-test').description('From a commit to a witnessed proof.').version(pkg.version).exitOverride()
let code: number = exitCodes.harness
defineVerbs(program, context, (value) => { code = value })
try {
  await program.parseAsync()
} catch (error) {
  code = explain(context, error)
}
process.exitCode = abort.signal.aborted ? 130 : code
// A proxy program or a keepalive that outlives its connection must not keep us from ending.
setTimeout(() => process.exit(), 3000).unref()

function packageRoot(from: string): string {
  return existsSync(join(from, 'fleets')) || dirname(from) === from ? from : packageRoot(dirname(from))
}
