import { readFileSync } from 'node:fs'
import { checks, doctor, doctorFix } from '../src/lab/doctor.ts'
import { labDown, labExec, labStatus, labUp, loadTopology, powerOff, powerOn } from '../src/lab/lab.ts'
const [verb, id = 'lab', ...rest] = process.argv.slice(2)
const t0 = Date.now()
const say = (l: string) => console.error(`[${((Date.now() - t0) / 1000).toFixed(2)}] ${l}`)
const log = { info: say, warn: say, progress: (_: string, l: string) => say(l) }
const signal = AbortSignal.timeout(300_000)
const o = { id, log, signal }
if (verb === 'up') {
  const f = await labUp({ ...o, topology: loadTopology(readFileSync('fleets/lab.topology.yaml', 'utf8'), 'fleets/lab.topology.yaml'), ...(rest[0] && rest[0] !== 'none' ? { delayHelper: rest[0] } : {}), ...(rest[0] === 'none' ? { shaping: 'none' as const } : {}) })
  say(JSON.stringify(f.lab))
} else if (verb === 'down') await labDown(o)
else if (verb === 'status') console.log(await labStatus(o))
else if (verb === 'exec') console.log((await labExec({ id, node: rest[0]! }, rest.slice(1))).join(' '))
else if (verb === 'off') await powerOff({ ...o, node: rest[0]! })
else if (verb === 'on') await powerOn({ ...o, node: rest[0]! })
else if (verb === 'doctor') for (const r of await doctor({ signal })) console.log(r.ok ? 'ok ' : 'BAD', r.check.name, r.detail)
else if (verb === 'fix') for (const r of await doctorFix({ signal, log })) console.log(r.ok ? 'ok ' : 'BAD', r.check.name, r.detail)
else console.log(checks.length)
say('done')
