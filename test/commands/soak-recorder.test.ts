/** The recorder of a soak by a real shell: what it writes can be read, is bounded, and goes with the lease. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { acquireLease, releaseLease } from '../../src/commands/lease.ts'
import { continueRecorder, readRecorder, startRecorder, type Recorded } from '../../src/commands/soak-recorder.ts'
import { valueOf } from '../../src/domain/evidence.ts'
import { sampleIn } from '../../src/domain/soak/sample.ts'
import { soakNotesIn } from '../../src/instruments/soak-recorder.ts'
import { isRoot, needsRoot, sandbox, type Sandbox } from './sandbox.ts'

const service = 'test-peer'
const of: Recorded = {
  service,
  unit: service,
  node: { runtime: { kind: 'systemd' } },
  disks: ['/'],
  intervalSeconds: 300,
  longestSeconds: 3600,
}
const lease = { holder: 's1', fence: 1 }
const take = (holder: string) => acquireLease({ service, holder, who: 'w', why: 'y', seconds: 60 })

/** A systemd that knows this test's own process, and notes what it is told. */
function node(): Sandbox {
  const box = sandbox()
  const said = join(box.dir, 'said')
  box.program('systemd-run', `echo "run $*" >>${said}`)
  box.program(
    'systemctl',
    `case "$1" in show) printf 'LoadState=loaded\\nActiveState=active\\nSubState=running\\nResult=success\\nMainPID=%s\\nNRestarts=2\\nTasksCurrent=7\\nInvocationID=%s\\n' ${process.pid} ${'a'.repeat(32)};; is-active) exit 3;; *) echo "$*" >>${said};; esac`,
  )
  box.program('journalctl', `printf 'fine\\n\\tsoak peers 9\\nan ERROR \\033[31mhere\\n'`)
  return box
}
/** What systemd would do each time. */
const tick = (box: Sandbox, until = 'until') =>
  box.sh(`until=99999999; past=0; sh /var/lib/vps-test/soak/${service}/record "$${until}"`)
const linesOf = async (box: Sandbox) => {
  const { code, stdout } = await box.run(readRecorder(service))
  return valueOf(soakNotesIn('n', code, stdout).lines)
}

test.skipIf(!isRoot)(`a sample is one line that can be read${needsRoot}`, async () => {
  const box = node()
  try {
    expect(await linesOf(box)).toBeNull()
    await box.run(take('s1'))
    expect((await box.run(startRecorder(of, lease))).code).toBe(0)
    expect(await linesOf(box)).toEqual([])
    await tick(box)
    await tick(box)
    const lines = (await linesOf(box)) ?? []
    expect(lines).toHaveLength(2)
    const sample = sampleIn(lines[1] ?? '')
    expect(sample).toMatchObject({ bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() })
    expect(sample?.unit).toMatchObject({
      unit: service,
      pid: { kind: 'there', value: process.pid },
      restarts: { kind: 'there', value: 2 },
      residentKiB: { kind: 'there' },
      openFiles: { kind: 'there' },
      errors: { kind: 'there', value: { errors: 1, lines: 3 } },
    })
    expect(sample?.oomKills.kind).toBe('there')
    expect(lines.join('')).not.toContain('ERROR')
    expect(statSync(join(box.dir, 'lib/vps-test/soak', service)).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(box.dir, 'said'), 'utf8')).toMatch(
      /^run --quiet --unit=vps-test-soak-test-peer --on-active=1 --on-unit-active=300 --timer-property=AccuracySec=1 .*record \d+$/m,
    )
  } finally {
    box.close()
  }
})

test.skipIf(!isRoot)(`only under the lease, and gone with it${needsRoot}`, async () => {
  const box = node()
  const there = () =>
    readdirSync(join(box.dir, 'lib/vps-test')).includes('soak') &&
    readdirSync(join(box.dir, 'lib/vps-test/soak')).length
  try {
    await box.run(take('s1'))
    expect((await box.run(startRecorder(of, { holder: 's2', fence: 1 }))).code).toBe(76)
    await box.run(startRecorder(of, lease))
    await tick(box)
    expect(there()).toBe(1)
    // A reboot ended the timer: the lines of before stay.
    expect((await box.run(continueRecorder(of, lease))).code).toBe(0)
    expect(await linesOf(box)).toHaveLength(1)
    // A new deployment begins anew.
    await box.run(startRecorder(of, lease))
    expect(await linesOf(box)).toEqual([])
    await box.run(releaseLease(service, 's1'))
    expect(there()).toBe(0)
    expect(readFileSync(join(box.dir, 'said'), 'utf8')).toContain('stop vps-test-soak-test-peer.timer')
    await box.run(take('s2'))
    await box.run(startRecorder(of, { holder: 's2', fence: 2 }))
    await box.sh('sed -i 2s/.*/0/ /var/lib/vps-test/leases/test-peer')
    await box.run(take('s3'))
    expect(there()).toBe(0)
  } finally {
    box.close()
  }
})

test.skipIf(!isRoot)(`it ends by itself, and its file is bounded${needsRoot}`, async () => {
  const box = node()
  try {
    await box.run(take('s1'))
    await box.run(startRecorder(of, lease))
    await tick(box, 'past')
    expect(await linesOf(box)).toEqual([])
    expect(readFileSync(join(box.dir, 'said'), 'utf8')).toContain('stop --no-block vps-test-soak-test-peer.timer')
    await box.sh(`truncate -s 5M /var/lib/vps-test/soak/${service}/lines`)
    await tick(box)
    expect(statSync(join(box.dir, 'lib/vps-test/soak', service, 'lines')).size).toBe(5 << 20)
  } finally {
    box.close()
  }
})

test('an answer that is none is not read', () => {
  expect(soakNotesIn('n', 1, 'there\nx').lines.kind).toBe('not-read')
  expect(soakNotesIn('n', 0, '<html>').lines.kind).toBe('not-read')
  expect(soakNotesIn('n', 0, 'absent\n').lines.kind).toBe('absent')
})
