/** `npm run bench:verify`: time and memory of `verify` over evidence of many attempts. Neither is ever asserted. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { itemsFile } from '../src/domain/bundle.ts'
import { exitCodes } from '../src/domain/failure.ts'
import { machineNow } from './gauntlet/machine.ts'
import { makeLarge } from './bench/large-evidence.ts'

const help = `npm run bench:verify -- [--attempts N,N,…]

  --attempts N,N,…  how many the folders have (1000,10000,100000)
`

interface Measured {
  readonly attempts: number
  readonly megabytes: number
  readonly seconds: number
  /** The most that the process had in memory at once, MiB. */
  readonly peak: number
  readonly faults: number
}

async function measured(attempts: number, place: string): Promise<Measured> {
  const folder = join(place, 'test-1')
  const made = await makeLarge(folder, attempts)
  const { size } = await stat(join(folder, 'evidence', itemsFile('connectivity')))
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '..', 'src', 'cli.ts'), 'verify', folder, '--json'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let [said, peak] = ['', 0]
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  const look = setInterval(() => {
    readFile(`/proc/${child.pid}/status`, 'utf8')
      .then((text) => (peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0))))
      .catch(() => undefined)
  }, 50)
  await new Promise<void>((resolve, reject) => child.once('error', reject).once('close', () => resolve()))
  clearInterval(look)
  const { faults } = JSON.parse(said) as { readonly faults: readonly string[] }
  await rm(folder, { recursive: true })
  return {
    attempts: made,
    megabytes: Math.round(size / 1e6),
    seconds: Math.round((performance.now() - began) / 100) / 10,
    peak: Math.round(peak / 1024),
    faults: faults.length,
  }
}

async function main(): Promise<number> {
  let wanted: readonly number[]
  try {
    const { values } = parseArgs({ options: { attempts: { type: 'string' }, help: { type: 'boolean' } } })
    if (values.help === true) {
      process.stdout.write(help)
      return exitCodes.passed
    }
    wanted = (values.attempts ?? '1000,10000,100000').split(',').map(Number)
    if (!wanted.every((n) => Number.isSafeInteger(n) && n > 0)) throw new Error('--attempts takes numbers')
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return exitCodes.usage
  }
  const place = await mkdtemp(join(tmpdir(), 'vps-test-verify-'))
  try {
    process.stdout.write('attempts  evidence, MB  seconds  peak RSS, MiB  faults told\n')
    for (const n of wanted) {
      const m = await measured(n, place)
      process.stdout.write(
        `${String(m.attempts).padStart(8)}  ${String(m.megabytes).padStart(12)}  ${String(m.seconds).padStart(7)}  ${String(m.peak).padStart(13)}  ${String(m.faults).padStart(11)}\n`,
      )
    }
    process.stdout.write(
      `The plan asks for fewer attempts than are there: that is at fault, and all are judged.\n${new Date().toISOString().slice(0, 10)}, ${machineNow()}\n`,
    )
    return exitCodes.passed
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

process.exitCode = await main()
