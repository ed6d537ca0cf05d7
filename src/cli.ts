#!/usr/bin/env node
/** The command line: reads its surroundings, calls one verb, turns the answer into an exit code. */
import { setFlagsFromString } from 'node:v8'
import { homedir } from 'node:os'
import { Command } from 'commander'
import pkg from '../package.json' with { type: 'json' }
import { exitCodes } from './domain/failure.ts'
import { defineVerbs } from './cli/define.ts'
import { explain } from './cli/explain.ts'
import { contextOf, hiddenEnvironment, openAnnouncer, takeEnvironment } from './app/surroundings.ts'

const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (abort.signal.aborted) process.exit(130)
    process.stderr.write(`\n${signal}: cleaning up; once more to leave at once\n`)
    abort.abort(new Error(signal))
  })

// Whoever read our words may go away; a run does not end for that. A result that cannot be written is no success.
let unsaid: Error | undefined
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') unsaid ??= error
  })

// Evidence is read line by line, and what was let go is to go soon.
if (process.argv[2] === 'verify') setFlagsFromString('--optimize-for-size')

const context = contextOf({
  env: takeEnvironment(hiddenEnvironment),
  cwd: process.cwd(),
  home: homedir(),
  directory: import.meta.dirname,
  signal: abort.signal,
  version: pkg.version,
})
const announced = await openAnnouncer(context)
const program = new Command('vps-test')
  .description('From a commit to a witnessed proof.')
  .version(pkg.version)
  .exitOverride()
let code: number = exitCodes.harness
defineVerbs(program, { ...context, sessions: announced.over(context.sessions) }, (value) => {
  code = value
})
try {
  await program.parseAsync()
} catch (error) {
  code = explain(context, error)
}
if (!abort.signal.aborted) await announced.settle(abort.signal)
process.exitCode = abort.signal.aborted ? 130 : code
process.once('exit', () => {
  if (unsaid !== undefined && process.exitCode === exitCodes.passed) process.exitCode = explain(context, unsaid)
})
// A proxy program that outlives its connection must not keep us from ending.
setTimeout(() => process.exit(), 3000).unref()
