/**
 * `npm run demo:github`: the workflow files themselves, run by act on a lab, from a dispatch over both soak checkpoints
 * to COMPLETE; then what people see of it.
 */
import { readLine, tell } from '../test/act/log.ts'
import { openScene, type Dispatch, type Scene } from '../test/act/scene.ts'
import { dueShift, newest } from '../test/act/soaking.ts'
import type { ActResult } from '../test/act/act.ts'
import { dropLab } from '../test/e2e/lab.ts'

const lab = 'demogh'
const began = performance.now()
const times: string[] = []
const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    abort.abort(new Error(signal))
  })

const say = (text: string): void => {
  process.stderr.write(`${text}\n`)
}
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** One line for each job that ended, and one for each transition of the session. */
function progress(): (text: string) => void {
  const starts = new Map<string, number>()
  return (text) => {
    const line = readLine(text)
    const job = line?.job?.trim() ?? ''
    if (line === undefined || job === '') return
    if (!starts.has(job)) starts.set(job, performance.now())
    const said = line.msg?.trim() ?? ''
    if (line.raw_output === true && /^(?:\S+: )?[A-Z_0-9]+ → [A-Z_0-9]+: /.test(said)) say(`   ${said}`)
    if (line.jobResult !== undefined)
      say(`${line.jobResult === 'success' ? '✓' : '✗'}  ${job}, ${seconds(starts.get(job) ?? began)}`)
  }
}

async function step(scene: Scene, title: string, dispatch: Dispatch): Promise<ActResult> {
  abort.signal.throwIfAborted()
  say(`\n── ${title}`)
  const since = performance.now()
  const result = await scene.act({ ...dispatch, signal: abort.signal, onLine: progress() })
  abort.signal.throwIfAborted()
  times.push(`${title} ${seconds(since)}`)
  if (result.code !== 0) say(tell(result.raw.slice(-60)))
  return result
}

const show = (title: string, text: string): void => {
  process.stdout.write(`\n${'═'.repeat(20)} ${title}\n\n${text.trim()}\n`)
}

/** The exit code that the gate ended with: a failed step tells it in its annotation. */
const gateCode = (result: ActResult): number =>
  result.code === 0
    ? 0
    : Number(
        /^exit code (\d+)/.exec(result.job('gate')?.annotations.find((a) => a.kind === 'error')?.message ?? '')?.[1] ??
          1,
      )

async function story(scene: Scene): Promise<number> {
  const { state } = scene.api
  state.pulls.push({
    number: 7,
    title: 'A change of the program',
    state: 'open',
    sha: await scene.sha(),
    head: 'main',
    base: 'trunk',
    fork: false,
    user: { login: 'somebody', type: 'User' },
  })
  const first = await step(scene, 'dispatch of vps-test.yml', {
    inputs: { project: 'testnet', focus: 'connectivity', criteria: 'threshold', proof: 'all-evidence', soak: 'on' },
  })
  const proved = first.job('collect-proof')?.summary ?? ''
  let code = gateCode(first)
  for (const [state, late] of [
    ['WAIT_1HR', 10 * 60],
    ['WAIT_6HR', 25 * 60],
  ] as const) {
    if (code !== 0) break
    const tick = await step(scene, `the schedule, ${late / 60} minutes after ${state} is due`, {
      workflow: 'vps-test-soak.yml',
      event: 'schedule',
      shiftSeconds: await dueShift(scene, late),
    })
    code = tick.code
  }
  const { session } = await newest(scene)
  show('job summary of collect-proof', proved)
  show('comment on pull request 7', state.comments.map((c) => c.body).join('\n'))
  show('README.md of the branch vps-test-ledger', await scene.page('README.md'))
  say(`\n${session.id}: ${session.state}: ${session.why}`)
  return code === 0 && session.state !== 'COMPLETE' ? 1 : code
}

let code = 1
let scene: Scene | undefined
try {
  say(`── lab ${lab}, git remote, GitHub's services on loopback`)
  const since = performance.now()
  scene = await openScene({ lab, nodes: ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-10'] })
  times.push(`scene ${seconds(since)}`)
  code = await story(scene)
} catch (error) {
  if (!abort.signal.aborted) say(error instanceof Error ? (error.stack ?? error.message) : String(error))
} finally {
  await scene?.close()
  await dropLab(lab)
}
say(`\ndemo:github: ${times.join(', ')}; ${seconds(began)} in all`)
process.exit(abort.signal.aborted ? 130 : code)
