/** Each kind of lie and breakage on a real lab: what the run says of it, in which words, with which exit code. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { captureSentences } from '../../src/domain/captures/sentences.ts'
import { isTest } from '../../src/domain/events/entry.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { pathSeen } from '../../src/domain/preflight.ts'
import { cli, liar, scratch } from './cli.ts'
import { openLab, type Lab } from './lab.ts'
import { story, type Story, type Wish } from './session.ts'
import { deployOnly, holderOn, installed, runningOn, service, unitFile } from './subject.ts'

const place = scratch()
const id = 'e2'
const public4 = ['saorsa-1', 'saorsa-2', 'saorsa-7', 'saorsa-8']
let lab: Lab
/** What the scenario broke, newest last. */
const broken: (() => Promise<unknown>)[] = []

const session = (w: Partial<Wish> = {}): Promise<Story> => story({ dir: place.dir, lab: id, nodes: public4, ...w })
/** An nft table of the test's own. */
const wall = async (node: string, hook: string, rule: string): Promise<void> => {
  await lab.on(node, `nft 'table inet e2e_wall { chain w { type filter hook ${hook}; policy accept; ${rule}; }; }'`)
  broken.push(() => lab.on(node, 'nft delete table inet e2e_wall'))
}

beforeAll(async () => {
  lab = await openLab(id)
  await deployOnly(await session({ nodes: [...public4, 'saorsa-6', 'saorsa-10'] }))
})
afterEach(async () => {
  for (const repair of broken.splice(0).reverse()) await repair()
})
afterAll(async () => {
  await lab.down()
  place.remove()
})

describe('a fault', () => {
  test('a receiver that writes nothing down: attempts towards it fail, whatever counters and claims say', async () => {
    const file = await lab.on('saorsa-8', `readlink -f /var/lib/${service}/received.jsonl | tr -d '\\n'`)
    await lab.on('saorsa-8', `mount --bind /dev/null ${file}`)
    broken.push(() => lab.on('saorsa-8', `umount ${file}`))
    // Its program sends none, so that nobody is acquitted by it.
    await wall('saorsa-2', 'prerouting priority -450', 'ip frag-off & 0x1fff != 0 drop')
    const s = await session()
    const end = await s.run()
    const v = await s.verdict()
    const passed = (await s.preflight()).paths.map(pathSeen)
    expect(passed.map((p) => `${p.from} ${p.to} ${p.small} ${p.large} ${p.service}`)).toEqual([
      'saorsa-2 saorsa-1 passes passes unknown',
      'saorsa-7 saorsa-1 passes passes unknown',
      'saorsa-8 saorsa-1 passes passes unknown',
      'saorsa-1 saorsa-2 passes lost passes',
      'saorsa-7 saorsa-2 passes lost passes',
      'saorsa-8 saorsa-2 passes lost passes',
    ])
    expect(passed.map((p) => p.largeBack)).toEqual(['lost', 'passes', 'passes', 'unknown', 'unknown', 'unknown'])
    expect(v.samples.map((j) => `${j.subject.pair.to} ${j.outcome} ${j.path} ${String(j.grade)}`).sort()).toEqual([
      'saorsa-2 success end-to-end A',
      'saorsa-2 success end-to-end A',
      'saorsa-7 success end-to-end A',
      'saorsa-7 success end-to-end A',
      'saorsa-8 failed end-to-end D',
      'saorsa-8 failed end-to-end D',
    ])
    const [towards] = await s.judgements('saorsa-7', 'saorsa-8')
    expect(towards?.sentence).toBe("saorsa-7 → saorsa-8: end-to-end, but the receiver's record is missing")
    const sent = (await s.attempts()).find((a) => a.id === towards?.id)?.bytes ?? Infinity
    expect(towards?.numbers.delivered.bytes).toBeGreaterThan(sent)
    expect(v.findings.map((f) => f.kind)).toEqual(['claim-without-delivery', 'claim-without-delivery'])
    expect(v.reasons).toEqual([{ kind: 'failed', text: 'direct: 4/6 = 66.7 %, target 99 %' }])
    expect(end.answer).toMatchObject({ verdict: 'failed', state: 'AWAIT_PUSH' })
    expect(end.code).toBe(20)
  })

  test('a path that drops what is as large as the program needs: named from where to where, and blamed on nobody', async () => {
    const address = (n: string) => lab.fleet.nodes.find((f) => f.name === n)?.ip ?? ''
    for (const [at, from] of [
      ['saorsa-2', 'saorsa-8'],
      ['saorsa-8', 'saorsa-2'],
    ] as const)
      await wall(at, 'prerouting priority -450', `ip saddr ${address(from)} meta l4proto udp meta length > 1000 drop`)
    const s = await session()
    const end = await s.run()
    const v = await s.verdict()
    const why = '1200-byte datagrams do not pass saorsa-8 → saorsa-2, and smaller ones do'
    const between = [...(await s.judgements('saorsa-2', 'saorsa-8')), ...(await s.judgements('saorsa-8', 'saorsa-2'))]
    expect(between.map((j) => `${j.outcome} ${j.path}`)).toContain('infra none')
    expect(between.filter((j) => j.outcome !== 'infra')).toEqual([])
    expect(new Set(between.map((j) => j.sentence.replace(/^.*?: not counted: |; tried again.*$/g, '')))).toEqual(
      new Set([why]),
    )
    expect(v.classes.direct).toMatchObject({ planned: 6, tried: 4, successes: 4, attempts: 4 })
    expect(v.findings.filter((f) => f.kind === 'network-obstacle').map((f) => f.message)).toEqual([why])
    expect(v.reasons.map((r) => r.kind)).not.toContain('failed')
    expect(end.answer).toMatchObject({ verdict: 'inconclusive', exitCode: 30 })
  })

  test('a firewall that is flushed in the middle: the witness is made again, what it missed is repeated', async () => {
    // As a reload of its rules does: every table of the node goes, as soon as it dials.
    await lab.on(
      'saorsa-8',
      'systemd-run --quiet --collect sh -c \'until pgrep -f "testnet-peer [d]ial" >/dev/null; do sleep 0.02; done; nft flush ruleset\'',
    )
    const s = await session()
    const end = await s.run()
    const v = await s.verdict()
    expect(v.reasons).toEqual([])
    expect(v.classes.direct).toMatchObject({ planned: 6, tried: 6, successes: 6, attempts: 6, notCounted: 0 })
    expect(v.findings.map((f) => f.kind)).toEqual(['not-counted'])
    expect((await s.attempts()).filter((a) => a.repeats !== undefined).length).toBeGreaterThan(0)
    expect(end.answer).toMatchObject({ verdict: 'passed', exitCode: 0 })
  })

  test('a node whose file system forbids to execute the program: left out, and no failure of the program', async () => {
    await lab.on('saorsa-7', 'mount --bind /opt /opt && mount -o remount,bind,noexec /opt')
    broken.push(() => lab.on('saorsa-7', 'umount /opt'))
    const s = await session()
    const end = await s.run()
    const v = await s.verdict()
    expect(v.reasons.map((r) => r.kind)).not.toContain('failed')
    expect(v.notCovered.map((n) => n.why)).toContainEqual(
      expect.stringContaining('mounted noexec: nothing below /opt/testnet-peer can be executed'),
    )
    expect((await s.attempts()).map((a) => [a.pair.from, a.pair.to]).flat()).not.toContain('saorsa-7')
    expect(end.answer.verdict).toBe('inconclusive')
    expect(end.code).toBe(30)
  })

  test('another binary on a node: found, its attempts do not count, and too little is left to say', async () => {
    const s = await session()
    await s.runInto('TEST')
    const right = (await runningOn(lab, 'saorsa-8')).split(' ')[1]
    await lab.on(
      'saorsa-8',
      `
      cp ${installed}/current/testnet-peer /opt/other-peer; printf x >>/opt/other-peer
      mkdir ${unitFile}.d; { echo '[Service]'; echo ExecPaths=/opt/other-peer; echo ExecStart=; sed -n 's,^ExecStart=[^ ]*,ExecStart=/opt/other-peer,p' ${unitFile}; } >${unitFile}.d/other.conf
      systemctl daemon-reload; systemctl restart ${service}`,
    )
    broken.push(() =>
      lab.on('saorsa-8', `rm -r ${unitFile}.d /opt/other-peer; systemctl daemon-reload; systemctl restart ${service}`),
    )
    const wrong = (await runningOn(lab, 'saorsa-8')).split(' ')[1] ?? ''
    expect(wrong).not.toBe(right)
    const end = await s.run()
    const v = await s.verdict()
    const foreign: unknown = expect.stringMatching(
      new RegExp(`^saorsa-8: its port is held by process \\d+, which runs ${wrong.slice(0, 12)}, deployed was`),
    )
    const added = `${unitFile}.d/other.conf adds to ${service} and is not ours`
    expect(v.findings).toEqual([
      expect.objectContaining({ kind: 'another-program', node: 'saorsa-8', message: foreign }),
      expect.objectContaining({ kind: 'not-counted' }),
      expect.objectContaining({ kind: 'unit-changed', node: 'saorsa-8', message: `saorsa-8: ${added}` }),
      expect.objectContaining({
        kind: 'wrong-binary',
        node: 'saorsa-8',
        message: `saorsa-8: runs ${wrong.slice(0, 12)}, deployed was ${right?.slice(0, 12)}`,
      }),
    ])
    expect(
      v.samples.filter((j) => [j.subject.pair.from, j.subject.pair.to].includes('saorsa-8')).map((j) => j.outcome),
    ).toEqual(['unwitnessed', 'unwitnessed', 'unwitnessed', 'unwitnessed'])
    expect((await s.judgements('saorsa-7', 'saorsa-8'))[0]?.sentence).toBe(
      'saorsa-7 → saorsa-8: not counted: wrong binary on saorsa-8',
    )
    expect(v.classes.direct).toMatchObject({ planned: 6, tried: 2, attempts: 2, successes: 2, notCounted: 4 })
    expect(v.reasons).toEqual([
      { kind: 'inconclusive', text: 'wrong binary on saorsa-8: its attempts do not count' },
      { kind: 'inconclusive', text: `saorsa-8: ${added}` },
      {
        kind: 'inconclusive',
        text: 'direct: 2/2, and 4 not counted: with these as failures 2/6 = 33.3 %, as successes 6/6 = 100 %; target 99 % is met only one way',
      },
      {
        kind: 'inconclusive',
        text: 'direct: 2 of 6 pairs tried = 33.3 %, coverage asks for 80 %: needs 3 more pairs, about 8 s',
      },
      { kind: 'inconclusive', text: foreign },
    ])
    expect(end.answer).toMatchObject({ verdict: 'inconclusive', state: 'STOPPED' })
    expect(end.code).toBe(30)
  })

  test('a relay that is switched off: the class that needs it fails, and says so', async () => {
    await lab.on(
      'saorsa-2',
      `cp ${unitFile} /root/unit.kept; sed -e '/Written by vps-test/d' -e 's/ --relay//' /root/unit.kept >${unitFile}; systemctl daemon-reload`,
    )
    broken.push(() =>
      lab.on('saorsa-2', `mv /root/unit.kept ${unitFile}; systemctl daemon-reload; systemctl restart ${service}`),
    )
    const s = await session({
      nodes: ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-10'],
      tests: { capture: true },
    })
    const end = await s.run()
    const v = await s.verdict()
    expect(v.classes).toMatchObject({
      direct: { successes: 6, attempts: 6 },
      nat_traversed: { successes: 4, attempts: 4 },
      relay: { successes: 0, attempts: 2 },
    })
    expect((await s.judgements('saorsa-6', 'saorsa-10'))[0]?.sentence).toMatch(
      /^saorsa-6 → saorsa-10: expected relayed, saw nothing delivered( in full and answered)?; the program claimed failure/,
    )
    expect(v.reasons).toEqual([{ kind: 'failed', text: 'relay: 0/2 = 0 %, target 100 %' }])
    expect(end.answer).toMatchObject({ verdict: 'failed', state: 'AWAIT_PUSH' })
    expect(end.code).toBe(20)
    // Each failing pair once more, beside the 12 that are judged: headers of both ends, and what they show.
    const captures = await s.captures()
    const dials = captures.map((c, i) => [c.round?.attempts[0]?.id, `1.capture-${i + 1}.${c.pair.from}.${c.pair.to}`])
    expect(dials.map(([id]) => id)).toEqual(dials.map(([, own]) => own))
    expect(captures.map((c) => c.pair.from).sort()).toEqual(['saorsa-10', 'saorsa-6'])
    expect(v.samples).toHaveLength(12)
    const six = captures.find((c) => c.pair.from === 'saorsa-6')
    const sentences = six === undefined ? [] : captureSentences(six)
    expect(sentences).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^saorsa-6 sent \d+ UDP datagrams? to 198\.18\.10\.10:\d+.*; nothing of it arrived at saorsa-10$/,
        ),
      ]),
    )
    const folder = await s.folder()
    const page = readFileSync(join(folder, readdirSync(folder).find((f) => f.startsWith('proof-')) ?? ''), 'utf8')
    expect(page).toContain('Packets of pairs that failed')
    expect(page).toMatch(/saorsa-6 → saorsa-10\*\*, line [12]: failed again: /)
  })

  test('a firewall of the nodes that drops the port of the service: named, and no failure of the program', async () => {
    const three = ['saorsa-2', 'saorsa-7', 'saorsa-8']
    for (const node of three) await wall(node, 'input priority 0', 'udp dport 9000 drop')
    const s = await session({ timeoutSeconds: 1 })
    const end = await s.run()
    const v = await s.verdict()
    expect(v.samples.map((j) => `${j.outcome} ${j.path} ${String(j.grade)}`)).toEqual(
      Array.from({ length: 6 }, () => 'unwitnessed none null'),
    )
    expect(v.reasons.map((r) => r.text)).toEqual(
      expect.arrayContaining(
        three.map(
          (n) => `${n}: self test after the rounds: the node's own firewall drops udp 9000: udp dport 9000 drop`,
        ),
      ),
    )
    expect(new Set(v.reasons.map((r) => r.kind))).toEqual(new Set(['inconclusive']))
    expect(end.code).toBe(30)
  })

  test('controls that do not get through: an invalid run says nothing, twice ends the session', async () => {
    await wall('saorsa-8', 'prerouting priority -400', 'ip saddr 198.18.7.10 meta l4proto udp drop')
    await wall('saorsa-7', 'prerouting priority -400', 'ip saddr 198.18.8.10 meta l4proto udp drop')
    const s = await session({ timeoutSeconds: 1 })
    const end = await s.run()
    const v = await s.verdict()
    expect(v.result).toBe('inconclusive')
    expect(v.reasons.slice(0, 2)).toEqual([
      { kind: 'invalid', text: 'invalid run: control open-path saorsa-7 → saorsa-8: expected through, saw blocked' },
      {
        kind: 'invalid',
        text: 'invalid run: control large-datagram saorsa-7 → saorsa-8: expected through, saw blocked',
      },
    ])
    expect(
      (await s.entries()).filter((e) => e.from === 'TEST' && e.event !== 'recovered').map((e) => `${e.event} ${e.to}`),
    ).toEqual(['begun TEST', 'inconclusive TEST', 'begun TEST', 'inconclusive STOPPED'])
    expect(end.answer).toMatchObject({
      verdict: 'inconclusive',
      state: 'STOPPED',
      why: expect.stringMatching(/^inconclusive twice in a row; invalid run: control open-path/) as string,
    })
    expect(end.code).toBe(30)
  })
})

describe('a program that lies', () => {
  const two = ['saorsa-1', 'saorsa-2', 'saorsa-7', 'saorsa-8']
  const told = (v: Awaited<ReturnType<Story['verdict']>>): readonly string[] => [
    ...new Set(v.samples.map((j) => `${j.subject.pair.from} ${j.subject.pair.to} ${j.outcome} ${j.path}`)),
  ]

  test('other bytes on the wire, and the right hash told beside them: what lies with the receiver is something else', async () => {
    const s = await session({ nodes: two, binary: await liar('junk', place.dir), sampleFloor: 1 })
    const end = await s.run()
    const v = await s.verdict()
    expect(new Set(v.samples.map((j) => `${j.outcome} ${j.path} ${String(j.grade)}`))).toEqual(
      new Set(['failed end-to-end D']),
    )
    expect((await s.judgements('saorsa-7', 'saorsa-8'))[0]?.sentence).toBe(
      'saorsa-7 → saorsa-8: end-to-end, but what the receiver kept is not the payload',
    )
    // It fails everywhere while the controls pass: the run is not invalid.
    expect(v.invalidControls).toEqual([])
    expect(v.reasons).toEqual([
      { kind: 'failed', text: 'direct: 0/6 = 0 %, target 99 %' },
      { kind: 'failed', text: 'nothing was delivered as expected in 6 attempts while the controls passed' },
    ])
    expect(end.code).toBe(20)
  })

  test('as much as a payload straight to the callee, the payload through a relay: ambiguous, and no success', async () => {
    const s = await session({ nodes: two, binary: await liar('relay-direct', place.dir), sampleFloor: 1 })
    const end = await s.run()
    const v = await s.verdict()
    expect(told(v)).toEqual(
      expect.arrayContaining(['saorsa-7 saorsa-8 unwitnessed ambiguous', 'saorsa-8 saorsa-7 unwitnessed ambiguous']),
    )
    expect(v.findings.map((f) => f.kind)).toContain('ambiguous-path')
    expect(v.result).not.toBe('passed')
    expect(end.code).not.toBe(0)
  })

  test('a child from a memfd that would serve in its place: its unit lets it execute nothing but itself', async () => {
    const s = await session({ nodes: two, binary: await liar('memfd', place.dir), sampleFloor: 1 })
    const end = await s.run()
    const v = await s.verdict()
    // It could not, says so, and serves itself: then what was deployed is what ran.
    expect(await lab.on('saorsa-8', `journalctl -u ${service} -n 200 --no-pager -o cat`)).toContain(
      'no other program can be executed: Operation not permitted',
    )
    expect(v.findings).toEqual([])
    expect(end.answer).toMatchObject({ verdict: 'passed', exitCode: 0 })
    const shown = await s.controls()
    expect(shown.filter((c) => c.name === 'confinement').map((c) => `${c.from} ${c.seen}`)).toEqual([
      'saorsa-2 blocked',
      'saorsa-7 blocked',
      'saorsa-8 blocked',
    ])
  })
})

describe('a program that nobody can make dial', () => {
  test('says relayed of a pair of which nothing is delivered: refuted with numbers; the others are connected', async () => {
    // One way only, and by address, so that it is no rule for the service's port.
    await wall('saorsa-8', 'input priority 0', 'ip saddr 198.18.7.10 udp dport 9000 drop')
    const s = await session({
      profile: 'testnet-mesh',
      binary: await liar('mesh-fabricated-relay', place.dir),
      sampleFloor: 1,
      tests: { capture: true },
    })
    const end = await s.run()
    const v = JSON.parse(readFileSync(join(await s.folder(), 'evidence/verdict.json'), 'utf8')) as Verdict
    const samples = v.suites.observed?.samples ?? []
    expect(samples.map((j) => `${j.subject.pair.from} ${j.subject.pair.to} ${j.outcome} ${String(j.grade)}`)).toEqual([
      'saorsa-2 saorsa-7 success C',
      'saorsa-2 saorsa-8 success C',
      'saorsa-7 saorsa-8 failed D',
    ])
    const refuted = samples[2]
    expect(refuted?.there).toMatchObject({ delivered: { packets: 0, bytes: 0 }, arrived: null, firstMs: null })
    expect(refuted?.there.sent.packets).toBeGreaterThan(0)
    expect(v.findings.map((f) => f.kind)).toEqual(['claim-without-delivery'])
    expect(v.findings[0]?.message).toContain(
      `refuted: saorsa-7 → saorsa-8: sent ${refuted?.there.sent.packets}, delivered 0; saorsa-8 → saorsa-7: sent`,
    )
    expect(v.reasons).toEqual([{ kind: 'failed', text: 'direct: 2/3 = 66.7 %, target 99 %' }])
    expect(end.code).toBe(20)
    // Nobody can be told to dial: both ends are watched, and the packets of one way come to the node's interface.
    const [watched, ...more] = await s.captures()
    expect([watched?.pair, watched?.round, more]).toEqual([{ from: 'saorsa-7', to: 'saorsa-8' }, null, []])
    const sentences = watched === undefined ? [] : captureSentences(watched)
    expect(sentences[0]).toMatch(
      /^saorsa-7 sent \d+ UDP datagrams? to 198\.18\.8\.10:9000 .*; \d+ UDP .* arrived at saorsa-8/,
    )
  })
})

test('whatever happened, no lease is left', async () => {
  expect(
    await Promise.all(['saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-8', 'saorsa-10'].map((n) => holderOn(lab, n))),
  ).toEqual(['-', '-', '-', '-', '-'])
})

describe('a soak', () => {
  const unit = `vps-test-soak-${service}`
  const data = `/var/lib/${service}`
  /** One sample more, as the timer takes them. */
  const sample = (node: string, times = 1) =>
    lab.on(
      node,
      `for i in $(seq ${times}); do systemctl reset-failed ${unit}.service 2>/dev/null || true; systemctl start ${unit}.service; done`,
    )
  const recorders = async () =>
    Promise.all(
      public4.map((n) =>
        lab.on(
          n,
          `systemctl is-active ${unit}.timer || true; ls -d /var/lib/vps-test/soak/${service} 2>/dev/null || true`,
        ),
      ),
    )
  test('that is watched: who died and came back as if nothing was, and who grows, fail the checkpoint', async () => {
    const s = await session({
      soak: true,
      binary: await liar('ails', place.dir),
      more: {
        soak: {
          wait_1hr: true,
          wait_6hr: false,
          check_interval_minutes: 1,
          max_restarts: 0,
          max_growth_mb_per_hour: 500,
        },
      },
    })
    expect((await s.run()).answer).toMatchObject({ state: 'WAIT_1HR' })
    expect(await recorders()).toEqual(public4.map(() => `active\n/var/lib/vps-test/soak/${service}\n`))
    for (const node of public4) await sample(node)
    await lab.on(
      'saorsa-7',
      `touch ${data}/die; until [ "$(systemctl show ${service} -p NRestarts --value)" = 1 ] && systemctl is-active -q ${service}; do sleep 0.1; done`,
    )
    await sample('saorsa-7')
    // Whoever looks at the service alone finds one that never died.
    await lab.on(
      'saorsa-7',
      `systemctl restart ${service}; [ "$(systemctl show ${service} -p NRestarts --value)" = 0 ]`,
    )
    await lab.on('saorsa-8', `touch ${data}/leak`)
    await sample('saorsa-8', 12)
    const end = await s.soak()
    const entries = await s.entries()
    const failed = entries.filter(isTest).find((e) => e.event === 'failed')
    expect(failed, end.err).toMatchObject({ from: 'TEST', to: 'STOPPED' })
    expect(failed?.facts.reasons).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^saorsa-7: the service died and was restarted once between /),
        expect.stringMatching(
          /^saorsa-8: resident memory grows by \d+ MB an hour .*max_growth_mb_per_hour allows 500$/,
        ),
      ]),
    )
    const verified = await cli(
      [
        'verify',
        `${s.home}/testnet/sessions/${entries[0]?.session ?? ''}/test-2`,
        '--ledger',
        `${s.home}/testnet/ledger.git`,
      ],
      s.home,
    )
    expect(verified, verified.out).toMatchObject({ code: 0 })
    expect(await recorders()).toEqual(public4.map(() => 'inactive\n'))
  })
})
