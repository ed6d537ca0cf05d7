/**
 * A fleet that another session holds, with the real lease scripts on two nodes made of folders, and a real ledger:
 * waited for, refused, taken over; never half of it.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import { acquireLease, parseLease, releaseLease } from '../../src/commands/lease.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { BusyPolicy } from '../../src/domain/answers.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { story, type Step } from '../kit/session.ts'
import { fold, type Session } from '../../src/domain/session.ts'
import type { Ledger, Remote } from '../../src/ports.ts'
import { build } from '../../src/stages/build.ts'
import { awaitTurn, giveTurnBack, testTurn } from '../../src/stages/parts/test-turn.ts'
import { leaseFleet } from '../../src/stages/parts/busy.ts'
import { deploy } from '../../src/stages/deploy.ts'
import { isRoot, needsRoot, sandbox, type Sandbox } from '../commands/sandbox.ts'

const nodes = ['a', 'b'] as const
const service = 'peer'
const fleet = labFleet(nodes, 'lab')
const plan = planOf({ fleet, nodes: [...nodes], more: { source: { kind: 'file', path: '/b', sha256: '' } } })
const writer = { kind: 'run', repository: 'o/r', run: '9', attempt: 1, url: '' } as const

/** All that DEPLOY uses of the world: the leases are a part of it. */
type Outside = Parameters<typeof deploy>[2]

const places: string[] = []
const boxes: Sandbox[] = []
afterAll(() => {
  boxes.forEach((b) => {
    b.close()
  })
  places.forEach((p) => {
    rmSync(p, { recursive: true, force: true })
  })
})

describe.skipIf(!isRoot)(`a fleet with a lease${needsRoot}`, () => {
  let on: Readonly<Record<string, Sandbox>>
  let ledger: Ledger
  beforeEach(async () => {
    on = Object.fromEntries(
      nodes.map((n) => {
        const box = sandbox()
        boxes.push(box)
        return [n, box]
      }),
    )
    const place = mkdtempSync(join(tmpdir(), 'busy-'))
    places.push(place)
    ledger = await openGitLedger(join(place, 'ledger.git'))
  })
  const lease = async (node: string, holder: string) =>
    parseLease(
      (await on[node]?.run(acquireLease({ service, holder, who: `${holder} of ann`, why: 'a test', seconds: 3000 })))
        ?.stdout ?? '',
    )
  const giveBack = async (node: string, holder: string) => on[node]?.run(releaseLease(service, holder))
  /** Who holds the node, by its own file. */
  const holder = (node: string): string =>
    readFileSync(join(on[node]?.dir ?? '', 'lib/vps-test/leases', service), 'utf8').split('\n')[2] ?? ''

  interface Wish {
    readonly at: number
    readonly branch?: string | null
    readonly project?: string
    readonly on?: string
    readonly onBusy?: BusyPolicy
    readonly until?: 'INTERVIEW' | 'SETUP' | 'STOPPED' | 'WAIT_1HR' | 'checkpoint'
    readonly commit?: string
    readonly preemptible?: boolean
    readonly pushedAt?: number
  }
  /** A session in SETUP, or as far as told; with `pushedAt` in BUILD, by a push. */
  async function session(
    id: string,
    {
      at,
      branch = 'main',
      project = 'p',
      on = fleet.name,
      onBusy = 'queue',
      until = 'SETUP',
      pushedAt,
      commit,
      preemptible = false,
    }: Wish,
  ): Promise<Session> {
    const asked = planOf({ project, fleet: labFleet(nodes, on), nodes: [...nodes] })
    const origin = { repository: 'o/r', branch, commit: commit ?? null, event: 'push', actor: null }
    const steps: readonly Step[] = [
      ['begin', { origin }],
      ...(until === 'INTERVIEW' ? [] : [['confirmed', { onBusy, preemptible, soak: ['WAIT_1HR'] }] as const]),
      ...(until === 'STOPPED' ? (['stop'] as const) : []),
      ...(until === 'WAIT_1HR' || until === 'checkpoint'
        ? (['ready', 'built', 'deployed', 'begun', 'passed'] as const)
        : []),
      ...(until === 'checkpoint' ? (['due'] as const) : []),
      ...(pushedAt === undefined
        ? []
        : (['ready', ['failed', {}], 'no-fix-command', ['pushed', { origin }, { at: pushedAt }]] as const)),
    ]
    const entries = story(steps, { session: id, plan: asked, at: () => at })
    for (const entry of entries) await ledger.append(id, entry)
    return fold(id, entries)
  }
  const events = async (id: string): Promise<readonly string[]> => (await ledger.read(id)).map((e) => e.event)

  /** Outside of us: two nodes and a clock that goes on when it is waited for. */
  function world(
    patienceMs: number,
    waited: (ms: number, times: number) => Promise<unknown> = async () => undefined,
  ): { readonly world: Outside; readonly waits: number[]; readonly said: string[] } {
    const waits: number[] = []
    const said: string[] = []
    let now = 1_000_000
    const none = (): never => {
      throw new Error('not needed here')
    }
    const remote = async (name: string): Promise<Remote> => ({
      name,
      run: (command, options) => (on[name] as Sandbox).run(command, options),
      read: none,
      forward: none,
      close: async () => undefined,
    })
    const clock = {
      now: () => now,
      monotonic: () => performance.now(),
      sleep: async (ms: number) => {
        waits.push(ms)
        now += ms
        await waited(ms, waits.length)
      },
    }
    const log = {
      info: (l: string) => {
        said.push(l)
      },
      warn: (l: string) => {
        said.push(l)
      },
      progress: (_: string, l: string) => {
        said.push(l)
      },
    }
    const w: Outside = {
      clock,
      random: { bytes: (n) => new Uint8Array(n) },
      log,
      ledger,
      remote,
      signal: AbortSignal.timeout(30_000),
      who: 'bob',
      writer,
      patienceMs,
      fleet,
      files: { root: '', write: none, append: none, read: none, digest: none, exists: none, list: none, remove: none },
      http: none,
      storeArtifact: none,
      clockShift: 0,
    }
    return { world: w, waits, said }
  }

  test('that is free is taken, with a fencing number for each node', async () => {
    const { world: w, waits } = world(0)
    const got = await leaseFleet(plan, await session('mine', { at: 5 }), w, nodes)
    expect('done' in got && [...got.done]).toEqual([
      ['a', 1],
      ['b', 1],
    ])
    expect([waits, holder('a'), holder('b'), await events('mine')]).toEqual([
      [],
      'mine',
      'mine',
      ['begin', 'confirmed'],
    ])
  })

  test.each(['refuse'] as const)(
    '%s: says who holds it, why and until when, and keeps no half of it',
    async (onBusy) => {
      const held = await lease('b', 'theirs')
      const got = await leaseFleet(plan, await session('mine', { at: 5, onBusy }), world(60_000).world, nodes)
      expect(got).toMatchObject({ event: 'unrecoverable', facts: { code: 'B010' } })
      expect('why' in got && got.why).toBe(
        `b: peer is leased by theirs of ann (session theirs, a test) until ${new Date((held.kind === 'acquired' ? held.until : 0) * 1000).toISOString()}`,
      )
      expect([holder('a'), holder('b')]).toEqual(['-', 'theirs'])
    },
  )

  test('queue: asks every five seconds, and has it as soon as it is given back', async () => {
    await lease('b', 'theirs')
    const seen: string[] = []
    const {
      world: w,
      waits,
      said,
    } = world(60_000, async (_, times) => {
      seen.push(holder('a'))
      if (times === 3) await giveBack('b', 'theirs')
    })
    const got = await leaseFleet(plan, await session('mine', { at: 5 }), w, nodes)
    expect('done' in got && [...got.done.keys()]).toEqual(['a', 'b'])
    expect([waits, seen]).toEqual([
      [5000, 5000, 5000],
      ['-', '-', '-'],
    ])
    expect([holder('a'), holder('b')]).toEqual(['mine', 'mine'])
    expect(said[0]).toMatch(/^b: peer is leased by theirs of ann .*; waiting$/)
  })

  test('queue: no longer than it may; then the schedule goes on, knowing who and until when', async () => {
    const held = await lease('a', 'theirs')
    const { world: w, waits } = world(12_000)
    const got = await leaseFleet(plan, await session('mine', { at: 5 }), w, nodes)
    expect(got).toMatchObject({
      event: 'queued',
      facts: { holder: 'theirs', who: 'theirs of ann', until: (held.kind === 'acquired' ? held.until : 0) * 1000 },
    })
    expect(waits).toEqual([5000, 5000, 2000])
    expect([holder('a'), holder('b')]).toEqual(['theirs', '-'])
    const again = world(0)
    expect(await leaseFleet(plan, await session('other', { at: 4, branch: 'x' }), again.world, nodes)).toMatchObject({
      event: 'queued',
    })
    expect(again.waits).toEqual([])
  })

  test('queue: of several that wait, the newest of a project and branch goes on', async () => {
    await lease('a', 'theirs')
    const mine = await session('mine', { at: 50 })
    await session('older', { at: 40 })
    await session('asked', { at: 60, until: 'INTERVIEW' })
    await session('over', { at: 61, until: 'STOPPED' })
    await session('branch', { at: 62, branch: 'topic' })
    await session('project', { at: 63, project: 'q' })
    await session('fleet', { at: 63, on: 'saorsa' })
    expect(await leaseFleet(plan, mine, world(0).world, nodes)).toMatchObject({ event: 'queued' })
    await session('newer', { at: 64 })
    expect(await leaseFleet(plan, mine, world(60_000).world, nodes)).toMatchObject({
      event: 'superseded',
      why: 'newer is newer and waits for the same fleet',
    })
    expect([holder('a'), holder('b')]).toEqual(['theirs', '-'])
  })

  test('queue: newest is what was pushed last, not what was begun last', async () => {
    await lease('a', 'theirs')
    const mine = await session('mine', { at: 50, pushedAt: 70 })
    await session('newer', { at: 64 })
    expect(await leaseFleet(plan, mine, world(0).world, nodes)).toMatchObject({ event: 'queued' })
    const begun = await session('begun', { at: 65 })
    expect(await leaseFleet(plan, begun, world(0).world, nodes)).toMatchObject({
      event: 'superseded',
      why: 'mine is newer and waits for the same fleet',
    })
  })

  test("DEPLOY waits too, or refuses: after a push the fleet may be another session's", async () => {
    await lease('b', 'theirs')
    const { world: w, waits } = world(12_000)
    expect(await deploy(plan, await session('mine', { at: 5, pushedAt: 6 }), w)).toMatchObject({
      event: 'queued',
      facts: { holder: 'theirs' },
    })
    expect([waits, holder('a'), holder('b')]).toEqual([[5000, 5000, 2000], '-', 'theirs'])
    expect(
      await deploy(plan, await session('other', { at: 5, branch: 'x', onBusy: 'refuse' }), world(0).world),
    ).toMatchObject({ event: 'unrecoverable', facts: { code: 'B010' } })
    expect(holder('a')).toBe('-')
  })

  /** What the nodes' leases were when the builder was asked: `mine 90`, for that many minutes yet. */
  async function whileBuilding(id: string): Promise<readonly string[]> {
    let seen: readonly string[] = []
    const obtain = async (): Promise<never> => {
      seen = nodes.map((n) => {
        const [, until, who] = readFileSync(join(on[n]?.dir ?? '', 'lib/vps-test/leases', service), 'utf8').split('\n')
        return `${who ?? ''} ${Math.round(Math.max(0, Number(until) - Date.now() / 1000) / 60)}`
      })
      throw new Failure({ code: 'P301', message: 'it does not compile' })
    }
    expect(
      await build(plan, await session(id, { at: 5, pushedAt: 6 }), {
        ...world(0).world,
        builder: { obtain },
        readBinary: () => Promise.reject(new Error('nothing is built')),
      }),
    ).toMatchObject({ event: 'failed' })
    return seen
  }
  test('BUILD keeps it by a heartbeat of minutes, which the run renews', async () => {
    await lease('a', 'mine')
    await lease('b', 'mine')
    expect(await whileBuilding('mine')).toEqual(['mine 5', 'mine 5'])
  })
  test('BUILD does not wait for it, and keeps no half of it: a program that does not compile is known at once', async () => {
    await lease('b', 'theirs')
    expect(await whileBuilding('mine')).toEqual(['- 0', 'theirs 50'])
  })

  test('of two tests that want a node, of whatever services, the second waits for the end of the first', async () => {
    const first = world(0).world
    expect([...(await awaitTurn(first, plan, 'mine', nodes)).done]).toEqual([
      ['a', 1],
      ['b', 1],
    ])
    const {
      world: w,
      waits,
      said,
    } = world(0, async (_, times) => {
      if (times === 2) await giveTurnBack(first, plan, 'mine', nodes)
    })
    const theirs = planOf({ project: 'other', nodes: [...nodes] })
    expect([...(await awaitTurn(w, theirs, 'theirs', nodes)).done]).toEqual([
      ['a', 2],
      ['b', 2],
    ])
    expect(waits).toHaveLength(2)
    expect(said[0]).toContain('is leased by bob (session mine, test of p)')
  })
  const binary = Buffer.from('a program')
  const shipping = (w: Outside): Outside => ({
    ...w,
    files: { ...w.files, read: async () => new Uint8Array(binary), list: async () => [] },
  })
  function builtSession(): Session {
    const entries = story(['begin', 'confirmed', 'ready', 'built'], { session: 'mine', plan })
    const built = fold('mine', entries).newest.BUILD
    const facts = built?.event === 'built' ? built.facts.build : expect.fail('not built')
    const build = { ...facts, sha256: createHash('sha256').update(binary).digest('hex') }
    return fold('mine', story(['begin', 'confirmed', 'ready', ['built', { build }]], { session: 'mine', plan }))
  }
  test('a deploy asks again, in its turn, whose the directory is: another project may have come while this one waited', async () => {
    const { installPath } = plan.config.deploy
    const theirs = planOf({ project: 'other', nodes: [...nodes] })
    const first = world(0).world
    await awaitTurn(first, theirs, 'theirs', ['b'])
    const { world: w } = world(0, async () => {
      await on['b']?.sh(
        `mkdir -p /var/lib/vps-test/owners; printf '%s\n' other theirs ${installPath} >/var/lib/vps-test/owners/their-peer; touch /etc/systemd/system/their-peer.service`,
      )
      await giveTurnBack(first, theirs, 'theirs', ['b'])
    })
    const got = await deploy(plan, builtSession(), shipping(w))
    expect(got).toMatchObject({
      event: 'unrecoverable',
      why: expect.stringContaining(`the directory ${installPath} is project other's (session theirs) on b`),
      facts: { code: 'I162', remedy: expect.stringMatching(/^vps-test nodes --fleet /) },
    })
    const turns = nodes.map(
      (n) => readFileSync(join(on[n]?.dir ?? '', 'lib/vps-test/leases', testTurn), 'utf8').split('\n')[2],
    )
    expect(turns).toEqual(['-', '-'])
  })
  test("a deploy waits while another project's test measures on its nodes, and gives the turn back whatever it comes to", async () => {
    const first = world(0).world
    const theirs = planOf({ project: 'other', nodes: [...nodes] })
    await awaitTurn(first, theirs, 'theirs', ['b'])
    const turnOn = (node: string): string =>
      readFileSync(join(on[node]?.dir ?? '', 'lib/vps-test/leases', testTurn), 'utf8').split('\n')[2] ?? ''
    const during: string[] = []
    const { world: w, said } = world(0, async () => {
      during.push(turnOn('b'))
      await giveTurnBack(first, theirs, 'theirs', ['b'])
    })
    // The nodes are folders: no binary can be received there, and the deploy ends.
    await deploy(plan, builtSession(), shipping(w))
    expect(during).toEqual(['theirs'])
    expect(said.find((l) => l.includes('waiting for it to end'))).toContain(
      'is leased by bob (session theirs, test of other)',
    )
    expect([turnOn('a'), turnOn('b')]).toEqual(['-', '-'])
  })
  test('half of the nodes is no turn: what is free of it is given back before the wait', async () => {
    const first = world(0).world
    await awaitTurn(first, plan, 'mine', ['b'])
    const turnOn = (node: string): string =>
      readFileSync(join(on[node]?.dir ?? '', 'lib/vps-test/leases', testTurn), 'utf8').split('\n')[2] ?? ''
    const seen: string[] = []
    const { world: w } = world(0, async () => {
      seen.push(`${turnOn('a')} ${turnOn('b')}`)
      await giveTurnBack(first, plan, 'mine', ['b'])
    })
    expect((await awaitTurn(w, plan, 'theirs', nodes)).failed.size).toBe(0)
    expect(seen).toEqual(['- mine'])
  })

  test('supersede: ends the other session of the same project and branch, and has its nodes', async () => {
    await session('theirs', { at: 1 })
    await lease('a', 'theirs')
    await lease('b', 'theirs')
    const got = await leaseFleet(plan, await session('mine', { at: 5, onBusy: 'supersede' }), world(0).world, nodes)
    expect('done' in got && [...got.done]).toEqual([
      ['a', 2],
      ['b', 2],
    ])
    expect((await ledger.read('theirs')).at(-1)).toMatchObject({
      event: 'superseded',
      to: 'STOPPED',
      why: 'superseded; by mine',
      facts: { by: writer },
    })
  })

  test('supersede: what a killed session left behind is taken; it is not ended twice', async () => {
    await session('theirs', { at: 1, until: 'STOPPED' })
    await lease('b', 'theirs')
    const { world: w, said } = world(0)
    const got = await leaseFleet(plan, await session('mine', { at: 5, onBusy: 'supersede' }), w, nodes)
    expect('done' in got && [...got.done.keys()]).toEqual(['a', 'b'])
    expect([await events('theirs'), said]).toEqual([['begin', 'confirmed', 'stop'], []])
  })

  test.each([
    [
      'of another branch',
      { at: 1, branch: 'topic' },
      'main',
      /only a session of the same project and branch may be superseded/,
    ],
    ['of another project', { at: 1, project: 'q' }, 'main', /only a session of the same project and branch/],
    ['of no branch, like ours', { at: 1, branch: null }, null, /only a session of the same project and branch/],
    ['of another ledger', null, 'main', /it is not in this ledger, so it cannot be superseded from here/],
  ] as const)('supersede: not a session %s', async (_, theirs, branch, why) => {
    if (theirs !== null) await session('theirs', theirs)
    await lease('a', 'theirs')
    const got = await leaseFleet(
      plan,
      await session('mine', { at: 5, branch, onBusy: 'supersede' }),
      world(60_000).world,
      nodes,
    )
    expect(got).toMatchObject({ event: 'unrecoverable', facts: { code: 'B010' } })
    expect('why' in got && got.why).toMatch(why)
    expect([holder('a'), holder('b')]).toEqual(['theirs', '-'])
    if (theirs !== null) expect(await events('theirs')).toEqual(['begin', 'confirmed'])
  })

  const old = 'a'.repeat(40)
  const newer = { at: 5, commit: 'b'.repeat(40) }
  const waiting = { at: 1, commit: old, preemptible: true, until: 'WAIT_1HR' } as const
  test('queue: a soak that is preemptible and waits ends for a later session of its branch, of another commit', async () => {
    await session('theirs', waiting)
    await lease('a', 'theirs')
    await lease('b', 'theirs')
    const { world: w, waits } = world(60_000)
    const got = await leaseFleet(plan, await session('mine', newer), w, nodes)
    expect('done' in got && [[...got.done.keys()], got.superseded]).toEqual([['a', 'b'], 'theirs'])
    expect(waits).toEqual([])
    expect((await ledger.read('theirs')).at(-1)).toMatchObject({
      from: 'WAIT_1HR',
      event: 'superseded',
      to: 'STOPPED',
      why: 'superseded; by mine, a later session, of another commit (bbbbbbbbbbbb), while it waited for WAIT_1HR: its soak is preemptible',
    })
  })
  test.each<[string, Partial<Wish>, Partial<Wish>]>([
    ['that is not preemptible', { preemptible: false }, {}],
    ['whose checkpoint is being taken', { until: 'checkpoint' }, {}],
    ['that is at work', { until: 'SETUP' }, {}],
    ['of the same commit', {}, { commit: old }],
    ['of another branch', { branch: 'topic' }, {}],
    ['of no branch', { branch: null }, { branch: null }],
    ['of another project', { project: 'q' }, {}],
    ['of a newer one', { at: 9 }, {}],
    ['where we do not queue', {}, { onBusy: 'refuse' }],
  ])('queue: not one %s', async (_, theirs, ours) => {
    await session('theirs', { ...waiting, ...theirs })
    await lease('a', 'theirs')
    const got = await leaseFleet(plan, await session('mine', { ...newer, ...ours }), world(0).world, nodes)
    expect('done' in got).toBe(false)
    expect([holder('a'), await events('theirs')]).toEqual(['theirs', expect.not.arrayContaining(['superseded'])])
  })
  test('queue: a checkpoint that is claimed at that moment is first', async () => {
    await session('theirs', waiting)
    await lease('a', 'theirs')
    const { world: w } = world(0)
    const late: Outside = {
      ...w,
      ledger: {
        ...ledger,
        append: async () => {
          throw new Failure({ code: 'B001', message: 'another writer was first' })
        },
      },
    }
    expect(await leaseFleet(plan, await session('mine', newer), late, nodes)).toMatchObject({ event: 'queued' })
    expect(holder('a')).toBe('theirs')
  })

  test('supersede: a holder that comes back is not ended again and again', async () => {
    await session('theirs', { at: 1 })
    await lease('a', 'theirs')
    const { world: w, waits } = world(0)
    const stubborn: Outside = {
      ...w,
      remote: async (name) => {
        const r = await w.remote(name)
        return {
          ...r,
          run: async (c, o) => {
            const done = await r.run(c, o)
            if (name === 'a' && c.kind === 'script' && c.why.startsWith('release')) await lease('a', 'theirs')
            return done
          },
        }
      },
    }
    const got = await leaseFleet(plan, await session('mine', { at: 5, onBusy: 'supersede' }), stubborn, nodes)
    expect(got).toMatchObject({ event: 'unrecoverable', facts: { code: 'B010' } })
    expect(waits).toEqual([])
    expect((await events('theirs')).filter((e) => e === 'superseded')).toHaveLength(1)
  })
})
