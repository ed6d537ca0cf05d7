/** Finds a cargo that really runs and puts it on PATH. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter } from 'node:path'
import { ask, places } from './process.mjs'

/** The directory of a cargo that really runs: a rustup shim without a toolchain answers with an error. */
export async function workingCargo() {
  for (const place of new Set([...places(), `${homedir()}/.cargo/bin`, '/usr/bin'])) {
    if (place === '' || !existsSync(`${place}/cargo`)) continue
    const env = { ...process.env, PATH: [place, process.env.PATH].join(delimiter) }
    if (
      (await ask(`${place}/cargo`, ['--version'], { env })).code === 0 &&
      (await ask('rustc', ['--version'], { env })).code === 0
    )
      return place
  }
  return undefined
}

/** Puts the cargo that runs before one that does not, behind our Node. */
export async function cargoFirst() {
  const place = await workingCargo()
  const path = (process.env.PATH ?? '').split(delimiter)
  if (place === undefined || path.find((p) => existsSync(`${p}/cargo`)) === place) return place
  process.env.PATH = [path[0], place, ...path.slice(1)].join(delimiter)
  return place
}
