/** `npm run demo`: the main job on the lab: lab up, build, deploy, test, proof printed, re-judged offline, lab down. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'dist', 'cli.js')
const lab = ['--lab', 'demo']
const times: string[] = []
let interrupted = false

interface Ended {
  readonly code: number
  readonly stderr: string
}

/**
 * Runs one verb with its output shown; Ctrl-C reaches the child by itself (same process group), we only wait for it.
 */
async function verb(title: string, ...args: readonly string[]): Promise<Ended> {
  process.stderr.write(`\n── ${title}: vps-test ${args.join(' ')}\n`)
  const began = performance.now()
  const child = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString()
    process.stderr.write(data)
  })
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (c, signal) => resolve(signal === null ? (c ?? 1) : 130))
  })
  times.push(`${title} ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return { code, stderr }
}

async function story(): Promise<number> {
  const up = await verb('lab up', 'lab', 'up', ...lab)
  if (up.code !== 0 || interrupted) return up.code
  const start = await verb(
    'start',
    'start',
    'testnet',
    'connectivity',
    'threshold',
    'all-evidence',
    '--repo',
    'examples/testnet',
    '--fleet',
    'lab',
    ...lab,
    '--yes',
  )
  const [, folder, ledger] = /re-judge it: vps-test verify (\S+) --ledger (\S+)/.exec(start.stderr) ?? []
  if (folder === undefined || ledger === undefined || interrupted) return start.code
  const verified = await verb('verify', 'verify', folder, '--ledger', ledger)
  return start.code === 0 ? verified.code : start.code
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    interrupted = true
  })
const began = performance.now()
let code = 1
try {
  code = await story()
} finally {
  const down = await verb('lab down', 'lab', 'down', ...lab)
  if (code === 0) code = down.code
}
process.stderr.write(`\ndemo: ${times.join(', ')}; ${((performance.now() - began) / 1000).toFixed(1)} s in all\n`)
process.exitCode = interrupted ? 130 : code
