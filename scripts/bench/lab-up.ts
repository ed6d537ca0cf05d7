/**
 * `node scripts/bench/lab-up.ts [runs]`: how long the shipped lab takes to be up, its NATs measured, and to be down
 * again.
 */
import { loadavg, homedir } from 'node:os'
import { join } from 'node:path'
import pkg from '../../package.json' with { type: 'json' }
import * as lab from '../../src/app/lab.ts'
import { contextOf } from '../../src/app/surroundings.ts'

const flags = { lab: 'benchup' }
const context = contextOf({
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  directory: join(import.meta.dirname, '..'),
  signal: AbortSignal.timeout(10 * 60_000),
  version: pkg.version,
})
const timed = async (work: () => Promise<unknown>): Promise<string> => {
  const began = performance.now()
  await work()
  return ((performance.now() - began) / 1000).toFixed(2)
}

try {
  for (let run = 1; run <= Number(process.argv[2] ?? 3); run++) {
    const load = loadavg()[0]?.toFixed(1)
    const up = await timed(() => lab.up(context, flags))
    process.stdout.write(
      `run ${run}: up ${up} s, down ${await timed(() => lab.down(context, flags))} s, load ${load}\n`,
    )
  }
} finally {
  await lab.down({ ...context, signal: AbortSignal.timeout(60_000) }, flags)
}
