/**
 * A lab whose state lies where no overlay can have its upper files, as in a container: it comes up by copies, and says
 * so.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { labDown, labExec, labUp, loadTopology } from '../../src/lab/lab.ts'
import { settled } from '../../src/lab/node.ts'
import { leftovers, needRoot } from './leftovers.ts'

const id = 't5'
const dir = mkdtempSync(join(tmpdir(), 'vps-test-copy-'))
const merged = join(dir, 'merged')
const stateDir = join(merged, 'lab')
const said: string[] = []
const say = (line: string): void => {
  said.push(line)
}
const o = {
  id,
  stateDir,
  log: { info: say, warn: say, progress: () => undefined },
  signal: AbortSignal.timeout(300_000),
}
const file = new URL('./fixtures/four.topology.yaml', import.meta.url).pathname

beforeAll(() => {
  needRoot()
  for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(dir, name))
  const layers = `lowerdir=${dir}/lower,upperdir=${dir}/upper,workdir=${dir}/work`
  execFileSync('mount', ['-t', 'overlay', '-o', layers, 'overlay', merged])
})
afterAll(async () => {
  await labDown(o)
  execFileSync('umount', [merged])
  rmSync(dir, { recursive: true, force: true })
})

test('comes up, by copies, and says why it took longer', async () => {
  const fleet = await labUp({ ...o, topology: loadTopology(readFileSync(file, 'utf8'), file), shaping: 'none' })
  expect(said.filter((line) => line.startsWith('each node has a copy of its tree'))).toEqual([
    expect.stringContaining(`no overlay on the file system of ${stateDir}`),
  ])
  const [node] = fleet.nodes.map((n) => n.name)
  expect(await settled({ ...o, node: node ?? '' })).toBe('running')
  const [program = '', ...rest] = await labExec({ ...o, node: node ?? '' }, ['cat', '/etc/hostname', '/etc/passwd'])
  expect(execFileSync(program, rest, { encoding: 'utf8' })).toMatch(new RegExp(`^${node}\nroot:x:0:0:`))
})

test('down leaves nothing there either', async () => {
  await labDown(o)
  expect(leftovers(id)).toEqual([])
  expect(execFileSync('ls', ['-A', merged], { encoding: 'utf8' })).toBe('')
})
