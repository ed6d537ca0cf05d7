/**
 * Two projects on the same four nodes at once: each passes, one is stopped, rolled back and removed while the other
 * runs, and each command is killed in the middle and typed again.
 */
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../../src/domain/ledger.ts'
import { begin, cli, example, root, scratch, type Ended } from './cli.ts'
import { openLab, type Lab } from './lab.ts'
import { story, type Story, type Wish } from './session.ts'
import { tipOf, until } from './wait.ts'

const place = scratch()
const id = 'e14'
const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7']
let lab: Lab
let [first, second] = ['', '']
let home = ''
/** Of the second project. */
let repo = ''
beforeAll(async () => {
  lab = await openLab(id, 'shared')
  first = join(place.dir, 'first')
  copyFileSync(await example(), first)
  second = join(place.dir, 'second')
  copyFileSync(first, second)
  appendFileSync(second, 'another program')
  // Besides the ports that a fleet names, the example's registry has one for introductions, which its peers are told.
  repo = join(place.dir, 'repository')
  mkdirSync(repo)
  const profile = readFileSync(join(root, 'profiles/testnet.yaml'), 'utf8')
  const introductions = `--rendezvous, "${lab.fleet.nodes.find((n) => n.name === 'saorsa-1')?.ip ?? ''}:3488"`
  const apart = profile
    .replace('name: testnet', 'name: other')
    .replace('project: testnet', 'project: other')
    .replace('"{registryPort}"', '"{registryPort}", --rendezvous-port, "3488"')
    .replaceAll('--registry-url, "{registryUrl}"', `--registry-url, "{registryUrl}", ${introductions}`)
  if (apart === profile) throw new Error('the profile of the example has other words')
  writeFileSync(join(repo, 'profile.yaml'), apart)
})
afterAll(async () => {
  await lab.down()
  place.remove()
})

const digest = (file: string): string => sha256(readFileSync(file))
const session = (project: string, binary: string, more: Partial<Wish> = {}): Promise<Story> =>
  story({
    dir: place.dir,
    lab: id,
    nodes,
    project,
    binary,
    sampleFloor: 1,
    ...(home === '' ? {} : { home }),
    ...(project === 'other' ? { repo, profile: './profile.yaml' } : {}),
    ...more,
  })

/** Of a project on every node: process, its program's hash, the unit's text, what is current; by the nodes themselves. */
async function stateOf(project: string): Promise<Readonly<Record<string, string>>> {
  const at = async (node: string) => {
    const unit = `${project}-peer${node === 'saorsa-1' ? '-registry' : ''}`
    const said = await lab.on(
      node,
      `pid=$(systemctl show ${unit} -p MainPID --value); echo "$pid"; [ "$pid" = 0 ] || sha256sum </proc/$pid/exe || true
      cat /etc/systemd/system/${unit}.service 2>/dev/null | sha256sum; readlink /opt/${project}-peer/current || true; ls /opt/${project}-peer/releases 2>/dev/null || true; ls /var/lib/${unit} 2>/dev/null | wc -l; systemctl is-enabled ${unit} || true`,
    )
    return [node, said] as const
  }
  return Object.fromEntries(await Promise.all(nodes.map(at)))
}
/** Hash of what runs on each node; empty: nothing does. */
const programs = async (project: string): Promise<readonly string[]> =>
  Object.values(await stateOf(project)).map((s) => /^\d+\n([0-9a-f]{64}) /.exec(s)?.[1] ?? '')
const everywhere = (hash: string): readonly string[] => nodes.map(() => hash)

/** Killed as soon as the condition holds; false: it ended before. */
async function killedWhen(args: readonly string[], what: string, holds: () => Promise<boolean>): Promise<boolean> {
  const running = await begin(args, home)
  let over = false
  void running.ended.then(() => {
    over = true
  })
  await until(what, async () => over || (await holds()))
  running.child.kill('SIGKILL')
  await running.ended
  return !over
}
const done = async (...args: readonly string[]): Promise<Ended> => {
  const ended = await cli(args, home)
  expect(ended.code, ended.err.slice(-3000)).toBe(0)
  return ended
}

test('both at once on the same nodes: each waits for the other only where it must, and each passes', async () => {
  const one = await session('testnet', first)
  home = one.home
  const two = await session('other', first)
  const [a, b] = await Promise.all([one.run(), two.run()])
  expect([a.answer.verdict, b.answer.verdict], `${a.err.slice(-2000)}\n${b.err.slice(-2000)}`).toEqual([
    'passed',
    'passed',
  ])
  expect([await programs('testnet'), await programs('other')]).toEqual([
    everywhere(digest(first)),
    everywhere(digest(first)),
  ])
  const listed = JSON.parse((await done('status', '--json')).out) as readonly { project: string; state: string }[]
  expect(listed.map((s) => `${s.project} ${s.state}`).toSorted()).toEqual(['other COMPLETE', 'testnet COMPLETE'])
})

test('one is stopped while the other deploys: it is rolled back, and the other goes on as if nothing had been', async () => {
  const soaking = await session('testnet', second, { soak: true })
  expect((await soaking.run()).answer).toMatchObject({ state: 'WAIT_1HR', verdict: 'passed' })
  const refused = await cli(['remove', 'testnet', '--yes'], home)
  expect([refused.code, refused.err]).toEqual([10, expect.stringMatching(/B012[^]*WAIT_1HR[^]*vps-test stop testnet/)])

  const deploying = await session('other', second)
  const running = await deploying.begin()
  await until('the deploy of the other', async () => (await deploying.entries()).at(-1)?.to === 'DEPLOY')
  const stop = ['stop', 'testnet', '--rollback', '--reason', 'a wrong turn', '--json']
  const tip = tipOf(join(home, 'testnet'))
  await killedWhen(stop, 'the stop in the ledger', async () => tipOf(join(home, 'testnet')) !== tip)
  const again = JSON.parse((await done(...stop)).out) as Readonly<Record<string, unknown>>
  expect(again).toMatchObject({ stopped: false, failed: [], exitCode: 0 })
  expect(again['services']).toEqual(
    nodes.map((node) => expect.objectContaining({ node, did: 'back', runs: digest(first) })),
  )
  expect((await soaking.entries()).at(-1)).toMatchObject({
    event: 'stop',
    to: 'STOPPED',
    why: expect.stringMatching(/by .*: a wrong turn$/),
    facts: { reason: 'a wrong turn', services: 'rollback' },
  })
  const ended = await running.ended
  expect(JSON.parse(ended.out.trim().split('\n').at(-1) ?? '')).toMatchObject({ state: 'COMPLETE', verdict: 'passed' })
  expect([await programs('testnet'), await programs('other')]).toEqual([
    everywhere(digest(first)),
    everywhere(digest(second)),
  ])
  const leases = JSON.parse((await done('lease', '--json', '--fleet', 'lab', '--lab', id)).out) as readonly unknown[]
  expect(leases).toEqual([])
})

test('rollback and remove of one, each killed in the middle and typed again; nothing of the other changes', async () => {
  const before = await stateOf('testnet')
  expect((await cli(['rollback', 'other'], home)).err).toMatch(/U101[^]*vps-test rollback other .*--yes/)
  expect((await cli(['rollback', 'other', '--to', 'ffff', '--yes'], home)).err).toMatch(
    /U102[^]*saorsa-1: no release ffff[^]*saorsa-7: no release ffff/,
  )
  expect(await programs('other')).toEqual(everywhere(digest(second)))
  const back = ['rollback', 'other', '--yes', '--json']
  const some = async (hash: string): Promise<boolean> => (await programs('other')).includes(hash)
  await killedWhen(back, 'a node that was rolled back', () => some(digest(first)))
  expect(JSON.parse((await done(...back)).out)).toMatchObject({ failed: [], exitCode: 0 })
  expect(await programs('other')).toEqual(everywhere(digest(first)))
  await done('rollback', 'other', '--to', digest(second).slice(0, 10), '--yes')
  expect(await programs('other')).toEqual(everywhere(digest(second)))

  // A third release, older than the limit and needed by nobody, on one node; what is current, and what was before, stay.
  const old = 'a'.repeat(64)
  await lab.on(
    'saorsa-2',
    `mkdir -p /opt/other-peer/releases/${old}; touch -d '60 days ago' /opt/other-peer/releases/*`,
  )
  const gc = ['gc', '--nodes', '--fleet', 'lab', '--lab', id, '--json']
  const would = JSON.parse((await done(...gc, '--dry-run')).out) as Readonly<
    Record<'nodes', { readonly goes: unknown }>
  >
  expect(would.nodes.goes).toEqual([
    expect.objectContaining({
      node: 'saorsa-2',
      service: 'other-peer',
      releases: [expect.objectContaining({ sha256: old })],
    }),
  ])
  expect(JSON.parse((await done(...gc, '--yes')).out)).toMatchObject({ done: true, failed: [], exitCode: 0 })
  expect((await lab.on('saorsa-2', 'ls /opt/other-peer/releases')).trim().split('\n').toSorted()).toEqual(
    [digest(first), digest(second)].toSorted(),
  )

  const gone = ['remove', 'other', '--yes', '--json']
  await killedWhen(gone, 'a node without it', async () => (await programs('other')).includes(''))
  expect(JSON.parse((await done(...gone)).out)).toMatchObject({ failed: [], exitCode: 0 })
  for (const node of nodes)
    expect(
      await lab.on(node, 'ls /etc/systemd/system /opt /var/lib /var/lib/vps-test/owners | grep other || true'),
    ).toBe('')
  expect(await stateOf('testnet')).toEqual(before)
})
