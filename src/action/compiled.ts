/** BUILD where the key is: takes what another job compiled, checks it, and never runs the project's code. */
import { existsSync } from 'node:fs'
import { readFile, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readSource } from '../adapters/build/source.ts'
import { revisionOf } from '../domain/build.ts'
import { compiledFault, compilesHere, type Compiled } from '../domain/compiled.ts'
import { ElfError, readElf } from '../domain/elf.ts'
import { Failure } from '../domain/failure.ts'
import { sha256 } from '../domain/ledger.ts'
import type { Plan } from '../domain/plan.ts'
import type { NeedsNativeBuild, Obtained, World } from '../ports.ts'
import type { StoredSession } from '../app/sessions.ts'
import type { Job } from './job.ts'
import { checkoutOf } from './checkout.ts'

export const artifactParts = { outcome: 'outcome.json', program: 'current' } as const
const longestOutcome = 4 << 20

/** The world of a job that may reach the fleet: what is to be compiled was compiled elsewhere. */
export const recording = (job: Job, { session }: StoredSession, world: World): World => ({
  ...world,
  builder: {
    obtain: async (plan, before) =>
      compilesHere(plan, before) ? fetched(job, plan, session.id) : world.builder.obtain(plan, before),
  },
})

async function fetched(job: Job, plan: Plan, session: string): Promise<Obtained | NeedsNativeBuild> {
  const { artifacts, context: c, inputs } = job
  if (inputs.compiled === '' || artifacts === null)
    throw new Failure({
      code: 'H025',
      message: `nothing was compiled for session ${session}: the input compiled is empty`,
      remedy: `gh run rerun ${job.facts.run}`,
    })
  const folder = join(job.facts.temp, 'handed-over')
  await rm(folder, { recursive: true, force: true })
  c.terminal.info(`fetching artifact ${inputs.compiled}`)
  // A job that is run again finds what an earlier attempt compiled.
  await artifacts.download(Number(inputs.compiled), folder, { run: job.facts.run, attempt: job.facts.attempt - 1 })
  const compiled = await outcomeIn(folder)
  switch (compiled.kind) {
    case 'elsewhere':
      return { elsewhere: compiled.before }
    case 'failed': {
      const { code, message, faults = [] } = compiled.fault
      throw new Failure({ code, message, faults })
    }
    case 'built':
      return checked(job, plan, compiled, join(folder, artifactParts.program))
  }
}

async function outcomeIn(folder: string): Promise<Compiled> {
  const file = join(folder, artifactParts.outcome)
  if (!existsSync(file) || (await stat(file)).size > longestOutcome) throw unreadable('no outcome of a readable size')
  const value = parsed(await readFile(file, 'utf8'))
  const fault = compiledFault(value)
  if (fault !== null) throw unreadable(fault)
  return value as Compiled
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable('no JSON')
  }
}

const unreadable = (what: string): Failure =>
  new Failure({
    code: 'I153',
    message: `what the job compile handed over cannot be read: ${what}`,
  })

/**
 * The program's own facts are read from its bytes, and the source's from this job's checkout; the toolchain is the
 * other job's word.
 */
async function checked(
  job: Job,
  plan: Plan,
  { record }: Extract<Compiled, { readonly kind: 'built' }>,
  path: string,
): Promise<Obtained> {
  const workspace = plan.source.kind === 'build' ? plan.source.workspace : '.'
  const from = await readSource(resolve(await checkoutOf(job), workspace), job.context.signal)
  if (!existsSync(path)) throw unreadable('no program')
  const bytes = await readFile(path)
  const digest = sha256(bytes)
  if (digest !== record.sha256)
    throw unreadable(`the program is ${digest.slice(0, 12)} instead of ${record.sha256.slice(0, 12)}`)
  const theirs =
    'kind' in record.from && (record.from.kind === 'git' || record.from.kind === 'none') ? record.from : null
  if (theirs === null || revisionOf(theirs) !== revisionOf(from))
    throw unreadable('it was compiled from another source than this checkout')
  try {
    return {
      path,
      record: { ...record, name: plan.config.binary.name, bytes: bytes.length, elf: readElf(bytes), from },
    }
  } catch (error) {
    if (!(error instanceof ElfError)) throw error
    throw unreadable(`the program is none for Linux: ${error.message}`)
  }
}
