/**
 * Two nodes that cannot be deployed to, each in its own way: named, left out, and still running what they ran. One that
 * shows another host key ends the session instead.
 */
import { appendFileSync, copyFileSync, readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../../src/domain/ledger.ts'
import { firingsOf } from '../../src/domain/recovery/firing.ts'
import { example, scratch, type Ended } from './cli.ts'
import { openLab, type Lab } from './lab.ts'
import { story, type Answer, type Story } from './session.ts'
import { deployOnly, installed, releasesOn, runningOn } from './subject.ts'

const place = scratch()
const id = 'e5'
const full = 'saorsa-8'
const otherKey = 'saorsa-9'
/** No bootstrap node: one that is left out runs on as a relay that nobody looks at, and what it carries is unwitnessed. */
const cut = 'saorsa-5'
const good = ['saorsa-2', 'saorsa-6', 'saorsa-7', otherKey, 'saorsa-10']
const nodes = ['saorsa-1', ...good, full, cut]
let lab: Lab
let alarmed: Story
let alarm: Ended & { readonly answer: Answer }
let afterAlarm: Readonly<Record<string, string>>
let run: Story
let end: Ended & { readonly answer: Answer }
let before: Readonly<Record<string, string>>
let oldSha: string
let newSha: string

const all = async (
  names: readonly string[],
  ask: (lab: Lab, node: string) => Promise<string>,
): Promise<Record<string, string>> =>
  Object.fromEntries(await Promise.all(names.map(async (n) => [n, await ask(lab, n)] as const)))

beforeAll(async () => {
  lab = await openLab(id)
  // Room for the old binary, not for the new one.
  await lab.on(full, 'mount -t tmpfs -o size=8m tmpfs /opt')
  const old = join(place.dir, 'old')
  copyFileSync(await example(), old)
  const fresh = join(place.dir, 'fresh')
  copyFileSync(old, fresh)
  // Does not shrink under compression, so that the upload is long enough to be cut.
  appendFileSync(fresh, randomBytes(48 << 20))
  oldSha = sha256(readFileSync(old))
  newSha = sha256(readFileSync(fresh))
  await deployOnly(await story({ dir: place.dir, lab: id, nodes, binary: old }))
  before = await all([...good, full, cut], runningOn)

  await lab.on(
    otherKey,
    'mkdir /root/kept; mv /etc/ssh/ssh_host_ed25519_key* /root/kept/; ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh',
  )
  alarmed = await story({ dir: place.dir, lab: id, nodes, binary: fresh, coverage: 15 })
  alarm = await alarmed.run()
  await lab.on(otherKey, 'mv -f /root/kept/* /etc/ssh/; systemctl restart ssh')
  afterAlarm = await all([...good, full, cut], runningOn)
  // sshd and every connection of it die as soon as the upload has begun to arrive.
  await lab.on(
    cut,
    `systemd-run --quiet --unit=cutter sh -c 'until [ -n "$(find ${installed}/releases -name "*.part" -size +0)" ]; do sleep 0.01; done; touch /root/was-cut; systemctl mask --runtime --now ssh; killall -9 sshd sshd-session 2>/dev/null || pkill -9 -x sshd'`,
  )
  run = await story({ dir: place.dir, lab: id, nodes, binary: fresh, coverage: 15 })
  end = await run.run()
})
afterAll(async () => {
  await lab.down()
  place.remove()
})

describe('another host key', () => {
  test('stops the session with its own failure, and leaves no node out for it', async () => {
    const entries = await alarmed.entries()
    expect(alarm.answer).toMatchObject({ state: 'STOPPED', verdict: null })
    expect(alarm.code).toBe(10)
    expect(entries.at(-1)).toMatchObject({ from: 'SETUP', event: 'unrecoverable', facts: { code: 'T011' } })
    expect(entries.at(-1)?.why).toMatch(
      /^saorsa-9: the host key is not the pinned one: pinned SHA256:.*, offered SHA256:.*Nothing was sent/,
    )
    expect(firingsOf(entries).map((f) => `${f.rule} ${f.node}`)).toContain(`host-key-changed ${otherKey}`)
    expect(entries.flatMap((e) => ('excluded' in e.facts ? (e.facts.excluded ?? []) : []))).toEqual([])
  })
  test('changes nothing on any node', () => expect(afterAlarm).toEqual(before))
})

describe('deploy', () => {
  test('each broken node is named with a code of its own, at the stage where it broke', async () => {
    const entries = await run.entries()
    const excluded = entries.flatMap((e) => ('excluded' in e.facts ? (e.facts.excluded ?? []) : []))
    expect(await lab.on(cut, 'ls /root/was-cut')).toBe('/root/was-cut\n')
    expect(excluded.map((e) => `${e.stage} ${e.node} ${e.code}`)).toEqual([`DEPLOY ${cut} T004`, `DEPLOY ${full} I150`])
    expect(excluded[1]?.message).toMatch(/^saorsa-8: no space left: no space: \d+ KiB free/)
    // What was tried before each was left out.
    const fired = firingsOf(entries).map((f) => `${f.rule} ${f.node}`)
    expect(fired).toEqual(
      expect.arrayContaining([
        `disk-full ${full}`,
        `node-left-out ${full}`,
        `connection-lost ${cut}`,
        `node-left-out ${cut}`,
      ]),
    )
  })
  test('each still runs the old binary, in the same process, with nothing partial beside it', async () => {
    const still = await all([full, cut], runningOn)
    expect(still).toEqual({ [full]: before[full], [cut]: before[cut] })
    expect(Object.values(before).map((b) => b.split(' ')[1])).toEqual(Object.keys(before).map(() => oldSha))
    for (const node of [full, cut]) expect(await releasesOn(lab, node)).toEqual([`${oldSha}/testnet-peer`])
  })
  test('the others run the new one, and the run is decided by what is left', async () => {
    expect(Object.values(await all(good, runningOn)).map((r) => r.split(' ')[1])).toEqual(good.map(() => newSha))
    const v = await run.verdict()
    expect(v.samples.filter((j) => j.outcome !== 'success').map((j) => j.sentence)).toEqual([])
    expect(v.samples).toHaveLength(20)
    expect(v.notCovered.filter((n) => n.kind === 'subject')).toHaveLength(22)
    expect(end.answer).toMatchObject({ state: 'COMPLETE', verdict: 'passed' })
    expect(end.code).toBe(0)
    const proof = readFileSync(end.answer.proof ?? '', 'utf8')
    for (const node of [full, cut]) expect(proof).toContain(`${node} was left out: ${node}: `)
  })
})
