/** Which fleet a command is about: named by a person, never assumed. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { choose } from '../adapters/prompt.ts'
import { quote } from '../commands/quote.ts'
import { Failure } from '../domain/failure.ts'
import { findProjectFile, fleetNamed } from '../inputs/project.ts'
import { layoutOf, pathsOf } from '../lab/layout.ts'
import type { Context } from './context.ts'
import { cancelled } from './interview.ts'

export interface FleetWish {
  /** What was said in so many words: a flag, an input. */
  readonly named?: string | undefined
  /** Which lab, when several run. */
  readonly lab?: string | undefined
  /** Directory of the tested project, and its configuration where that is not in its usual place. */
  readonly repo?: string | undefined
  readonly config?: string | undefined
  /** Of a surface that shows its default to the person. */
  readonly otherwise?: string | undefined
}

/** A name or a path, by: the words themselves, the environment, the configuration, an answer on a terminal. */
export async function chosenFleet(c: Context, wish: FleetWish): Promise<string> {
  const named = wish.named ?? c.fleet ?? (await fleetOfConfiguration(c, wish)) ?? wish.otherwise
  if (named !== undefined) return named
  const known = await knownFleets(c, wish.lab)
  if (!c.terminal.interactive)
    throw new Failure({
      code: 'U090',
      message: `no fleet is named: by --fleet, by VPS_TEST_FLEET, or by "fleet" in the configuration; there are: ${known.join(', ')}, or the path of a fleet file`,
      remedy: 'export VPS_TEST_FLEET=lab',
    })
  const answer = await choose(
    'Which fleet?',
    known.map((value) => ({ value, description: value === 'lab' ? 'on this machine' : `fleets/${value}.yaml` })),
  )
  if (answer === null) throw cancelled()
  return answer
}

/** A path in the configuration is relative to the tested project's directory. */
async function fleetOfConfiguration(c: Context, { repo, config }: FleetWish): Promise<string | undefined> {
  const dir = resolve(c.cwd, repo ?? '.')
  const file = config === undefined ? findProjectFile(dir, existsSync) : resolve(c.cwd, config)
  if (file === undefined) return undefined
  // What cannot be read is refused where the whole configuration is.
  const text = await readFile(file, 'utf8').catch(() => undefined)
  const fleet = text === undefined ? undefined : fleetNamed(text, file)
  if (fleet === undefined || !/[/.]/.test(fleet)) return fleet
  const path = relative(c.cwd, resolve(dir, fleet))
  return /[/.]/.test(path) ? path : `./${path}`
}

/** Those of this package, and the lab; which of them are a person's own nodes, only that person knows. */
async function knownFleets(c: Context, lab: string | undefined): Promise<readonly string[]> {
  const shipped = (await readdir(join(c.root, 'fleets')).catch(() => []))
    .filter((f) => f.endsWith('.yaml') && !f.includes('.topology.'))
    .map((f) => f.slice(0, -'.yaml'.length))
    .toSorted()
  const up = existsSync(pathsOf(layoutOf(lab)).fleet)
  return [...(up ? ['lab'] : []), ...shipped, ...(up ? [] : ['lab'])].map((name) =>
    name === quote(name) ? name : quote(name),
  )
}
