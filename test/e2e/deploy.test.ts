/** Three nodes that cannot be deployed to, each in its own way: named, left out, and still running what they ran. */
import { appendFileSync, copyFileSync, readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../../src/domain/ledger.ts'
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
const good = ['saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-10']
const nodes = ['saorsa-1', ...good, full, otherKey, cut]
let lab: Lab
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
  before = await all([full, otherKey, cut], runningOn)

  await lab.on(
    otherKey,
    'rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh',
  )
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

describe('deploy', () => {
  test('each broken node is named with a code of its own, at the stage where it broke', async () => {
    const excluded = (await run.entries()).flatMap((e) => ('excluded' in e.facts ? (e.facts.excluded ?? []) : []))
    expect(await lab.on(cut, 'ls /root/was-cut')).toBe('/root/was-cut\n')
    expect(excluded.map((e) => `${e.stage} ${e.node} ${e.code}`)).toEqual([
      `SETUP ${otherKey} T011`,
      `DEPLOY ${cut} T004`,
      `DEPLOY ${full} I150`,
    ])
    expect(excluded[0]?.message).toMatch(
      /^saorsa-9: the host key is not the pinned one: pinned SHA256:.*, offered SHA256:.*Nothing was sent/,
    )
    expect(excluded[2]?.message).toMatch(/^saorsa-8: no space left: no space: \d+ KiB free/)
  })
  test('each still runs the old binary, in the same process, with nothing partial beside it', async () => {
    expect(await all([full, otherKey, cut], runningOn)).toEqual(before)
    expect(Object.values(before).map((b) => b.split(' ')[1])).toEqual([oldSha, oldSha, oldSha])
    for (const node of [full, otherKey, cut]) expect(await releasesOn(lab, node)).toEqual([`${oldSha}/testnet-peer`])
  })
  test('the others run the new one, and the run is decided by what is left', async () => {
    expect(Object.values(await all(good, runningOn)).map((r) => r.split(' ')[1])).toEqual(good.map(() => newSha))
    const v = await run.verdict()
    expect(v.samples.filter((j) => j.outcome !== 'success').map((j) => j.sentence)).toEqual([])
    expect(v.samples).toHaveLength(12)
    expect(v.notCovered.filter((n) => n.kind === 'subject')).toHaveLength(30)
    expect(end.answer).toMatchObject({ state: 'COMPLETE', verdict: 'passed' })
    expect(end.code).toBe(0)
    const proof = readFileSync(end.answer.proof ?? '', 'utf8')
    for (const node of [full, otherKey, cut]) expect(proof).toContain(`${node} was left out: ${node}: `)
  })
})
