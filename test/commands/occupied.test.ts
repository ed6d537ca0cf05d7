/** Whose services are on a node, by real shells; and what of a plan is another project's. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { acquireLease } from '../../src/commands/lease.ts'
import { forgetMappings } from '../../src/commands/nat-mappings.ts'
import { findOwners, parseOccupied, parseOwners, type ServicePlaces } from '../../src/commands/occupied.ts'
import { writeUnit, type Unit } from '../../src/commands/service.ts'
import { isRoot, needsRoot, sandbox } from './sandbox.ts'

const box = sandbox()
afterAll(() => box.close())

const wanted: ServicePlaces = {
  unit: 'mine-peer',
  installPath: '/opt/mine-peer',
  listens: { protocol: 'udp', port: 9000 },
  place: [],
}
const unit = (name: string): Unit => ({
  name,
  binary: `/opt/${name}/current/peer`,
  args: [],
  environment: {},
  stop: 'SIGTERM',
  namespace: null,
  confined: true,
})

describe.skipIf(!isRoot)(`on a node${needsRoot}`, () => {
  test('what we wrote says whose it is: project, session and directory; a unit that is gone is nobody’s', async () => {
    box.program('systemctl', '[ "$1" != cat ]')
    box.program('ss', `echo 'UNCONN 0 0 *:9000 *:* users:(("peer",pid=1,fd=7))'`)
    for (const [name, project] of [
      ['other-peer', 'other'],
      ['gone-peer', 'gone'],
    ] as const) {
      await box.run(acquireLease({ service: name, holder: `${project}-1`, who: 'me', why: 'test', seconds: 600 }))
      const wrote = await box.run(writeUnit(unit(name), { service: name, holder: `${project}-1`, fence: 1 }, project))
      expect(wrote.stdout).toBe('changed\n')
    }
    await box.sh('rm /etc/systemd/system/gone-peer.service; echo hand >/var/lib/vps-test/owners/by-hand')
    const { stdout, code } = await box.run(findOwners(wanted))
    expect(code).toBe(0)
    expect(parseOwners(stdout)).toEqual([
      { unit: 'other-peer', project: 'other', session: 'other-1', installPath: '/opt/other-peer' },
    ])
    expect(parseOccupied(stdout, 'mine', { ...wanted, installPath: '/opt/other-peer', unit: 'other-peer' })).toEqual([
      { what: 'the service other-peer', by: 'other', session: 'other-1' },
      { what: 'the directory /opt/other-peer', by: 'other', session: 'other-1' },
    ])
    expect(parseOccupied(stdout, 'other', { ...wanted, installPath: '/opt/other-peer', unit: 'other-peer' })).toEqual(
      [],
    )
    expect(parseOccupied(stdout, 'mine', wanted)).toEqual([])
  })

  test('a NAT box forgets the mappings of one port, from both sides; what it does not say is no number', async () => {
    mkdirSync(join(box.dir, 'asked'))
    const conntrack = (text: string): void => box.program('conntrack', `echo "$*" >>${box.dir}/asked/lines; ${text}`)
    conntrack(
      `case "$*" in *--orig*) n=2;; *) n=1;; esac; echo "conntrack v1.4.8 (conntrack-tools): $n flow entries have been deleted." >&2`,
    )
    expect(await box.run(forgetMappings(9000))).toMatchObject({ code: 0, stdout: '3\n' })
    expect((await box.sh(`cat ${box.dir}/asked/lines`)).stdout).toBe(
      '-D -p udp --orig-port-src 9000\n-D -p udp --reply-port-src 9000\n',
    )
    conntrack('echo "conntrack v1.4.8 (conntrack-tools): Operation failed: not permitted" >&2; exit 1')
    expect(await box.run(forgetMappings(9000))).toMatchObject({ code: 1, stdout: '' })
  })
})

test('a port that another project’s service has is named with the project; a stranger’s process is not told here', () => {
  const holder = (...lines: readonly string[]): string => `unit a-peer a a-1 /opt/a-peer\nholder\n${lines.join('\n')}\n`
  expect(parseOccupied(holder('77', 'peer', 'a-peer', 'a', 'a-1'), 'mine', wanted)).toEqual([
    { what: 'udp 9000 (held by a-peer.service)', by: 'a', session: 'a-1' },
  ])
  expect(parseOccupied(holder('77', 'peer', 'mine-peer', 'mine', 'm-1'), 'mine', wanted)).toEqual([])
  expect(parseOccupied(holder('77', 'nginx', '-', '-', '-'), 'mine', wanted)).toEqual([])
  expect(parseOccupied('holder\n', 'mine', wanted)).toEqual([])
  expect(parseOwners('unit a b\nunit x$(y) p s /opt/x\nunit ok p s /opt/../etc\u0000\nnonsense')).toEqual([])
})
