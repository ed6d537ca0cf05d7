/** Units as systemd itself reads them, and writing them by a real shell: a foreign unit is never touched. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { acquireLease } from '../../src/commands/lease.ts'
import { journal, unitText, writeUnit, type Unit } from '../../src/commands/service.ts'
import { namespaceUnitText } from '../../src/commands/namespace-unit.ts'
import { marker } from '../../src/commands/unit-words.ts'
import { isRoot, needsRoot, sandbox, type Sandbox } from './sandbox.ts'

const unit = (more: Partial<Unit> = {}): Unit => ({
  name: 'testnet-peer',
  binary: '/opt/testnet-peer/current/testnet-peer',
  args: ['run', '--port', '9000'],
  environment: {},
  stop: 'SIGTERM',
  namespace: null,
  confined: true,
  ...more,
})
const words = [
  'plain',
  'a b',
  '100%',
  '%n',
  '$HOME',
  '${HOME}',
  "it's",
  'q"x',
  ';',
  '',
  'back\\slash',
  '\\n',
  '{x}',
  '#',
  '-',
  'tab\there',
  'line\nbreak',
  'cr\rx',
  'é✓',
  '~',
  '*',
  '>',
  '|',
  '\\',
]

const systemd = '/lib/systemd/systemd'
const noSystemd = !isRoot || !existsSync(systemd)

describe.skipIf(noSystemd)(`systemd reads${noSystemd ? ' (skipped: needs root and systemd)' : ''}`, () => {
  /** systemd in test mode loads the unit, dumps what it understood, and starts nothing. */
  const understood = (u: Unit): string => {
    const dir = mkdtempSync(join(tmpdir(), 'units-'))
    try {
      chmodSync(dir, 0o755)
      writeFileSync(join(dir, 'x.service'), unitText(u))
      const out = execFileSync(
        'setpriv',
        [
          '--reuid=65534',
          '--regid=65534',
          '--clear-groups',
          systemd,
          '--test',
          '--system',
          '--unit=x.service',
          '--log-level=info',
        ],
        {
          encoding: 'utf8',
          maxBuffer: 1 << 26,
          timeout: 20_000,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { HOME: '/', PATH: process.env['PATH'], SYSTEMD_UNIT_PATH: `${dir}:/lib/systemd/system` },
        },
      )
      return out.slice(out.indexOf('-> Unit x.service:')).split('-> Unit ')[1] ?? ''
    } finally {
      rmSync(dir, { recursive: true })
    }
  }
  /** The dump's own quoting, undone. */
  const wordsOf = (line: string): readonly string[] =>
    [...line.matchAll(/\$?'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+)/gs)].map(
      (m) =>
        m[3] ??
        (m[1] ?? m[2] ?? '').replaceAll(/\\(x[0-9a-f]{2}|[0-7]{3}|.)/gs, (_, e: string) =>
          e.startsWith('x')
            ? String.fromCharCode(parseInt(e.slice(1), 16))
            : /^[0-7]{3}$/.test(e)
              ? String.fromCharCode(parseInt(e, 8))
              : (({ n: '\n', t: '\t', r: '\r' } as Record<string, string>)[e] ?? e),
        ),
    )

  test('every word of the command line as one word, whatever is in it', () => {
    const line = /Command Line: (.*)/.exec(understood(unit({ args: words })))?.[1] ?? ''
    // `$$` is how a command line writes `$`; it becomes one when the process starts.
    expect(wordsOf(line)).toEqual([unit().binary, ...words.map((w) => w.replaceAll('$', '$$$$'))])
  })
  test('an environment as it is, dollars too', () => {
    const values = words.filter((w) => !/[\n\r]/.test(w))
    const dump = understood(unit({ environment: Object.fromEntries(values.map((v, i) => [`V${i}`, v])) }))
    expect([...dump.matchAll(/^\s*Environment: (V\d+=.*)$/gm)].map((m) => m[1])).toEqual(
      values.map((v, i) => `V${i}=${v}`),
    )
  })
  test('no word adds a line of its own', () => {
    const dump = understood(unit({ args: ['x\nUser=root\rUser=root'], environment: { A: 'x\nUser=root' } }))
    expect(dump).toMatch(/DynamicUser: yes/)
    expect(dump).toMatch(/RestrictNamespaces: /)
    expect(dump).not.toMatch(/^\s*User: root/m)
    expect(unitText(unit({ args: ['x\nUser=root\rUser=root'] }))).not.toMatch(/[\r\n]User=/)
  })
  test('nothing it does not know', () => {
    const dir = mkdtempSync(join(tmpdir(), 'units-'))
    const file = join(dir, 'testnet-peer.service')
    writeFileSync(
      file,
      unitText(unit({ binary: '/bin/true', args: words, environment: { A: 'b c' }, namespace: '/run/netns/natbox' })),
    )
    expect(
      execFileSync('systemd-analyze', ['--man=no', 'verify', file], {
        encoding: 'utf8',
        timeout: 20_000,
        env: { ...process.env, SYSTEMD_UNIT_PATH: `${dir}:/lib/systemd/system` },
      }),
    ).toBe('')
    rmSync(dir, { recursive: true })
  })
})

test('the program runs without any right to touch the witness', () => {
  expect(unitText(unit()).split('\n')).toEqual(
    expect.arrayContaining([
      marker,
      'DynamicUser=yes',
      'CapabilityBoundingSet=',
      'AmbientCapabilities=',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'StateDirectory=testnet-peer',
      'WorkingDirectory=/var/lib/testnet-peer',
      'ExecStart=/opt/testnet-peer/current/testnet-peer run --port 9000',
    ]),
  )
  expect(unitText(unit())).toContain('\nExecPaths=/opt/testnet-peer/current/testnet-peer -/lib ')
  expect(unitText(unit({ confined: false }))).not.toContain('ExecPaths')
  expect(unitText(unit({ confined: false }))).toContain('\nNoNewPrivileges=yes\n')
  expect(unitText(unit())).not.toContain('NetworkNamespacePath')
  expect(unitText(unit({ namespace: '/run/netns/natbox' }))).toContain('\nNetworkNamespacePath=/run/netns/natbox\n')
})

describe.skipIf(!isRoot)(`writing a unit${needsRoot}`, () => {
  const boxes: Sandbox[] = []
  afterAll(() => {
    boxes.forEach((b) => {
      b.close()
    })
  })
  let box: Sandbox
  const lease = { service: 'svc', holder: 's1', fence: 1 }
  const file = (): string => join(box.dir, 'units/testnet-peer.service')
  const calls = (): string => (existsSync(join(box.dir, 'calls')) ? readFileSync(join(box.dir, 'calls'), 'utf8') : '')
  const write = async (u = unit()): Promise<string> => (await box.run(writeUnit(u, lease, 'p'))).stdout.trim()
  beforeEach(async () => {
    box = sandbox()
    boxes.push(box)
    // A systemctl that knows one unit of a package, and writes down what it was asked.
    box.program(
      'systemctl',
      `echo "$*" >>${box.dir}/calls; case "$1 $2" in "cat packaged.service") exit 0;; "cat "*) exit 1;; esac`,
    )
    await box.run(acquireLease({ service: 'svc', holder: 's1', who: 'me', why: 'test', seconds: 600 }))
  })

  test('changed, then same, then changed: systemd is told only when it is so', async () => {
    const u = unit({ args: words, environment: { A: "it's $5\n100%" } })
    expect(await write(u)).toBe('changed')
    expect(readFileSync(file(), 'utf8')).toBe(unitText(u))
    const told = calls()
    expect(told).toContain('daemon-reload')
    expect(await write(u)).toBe('same')
    expect(calls().slice(told.length)).not.toContain('daemon-reload')
    expect(await write(unit())).toBe('changed')
    expect(readFileSync(file(), 'utf8')).toBe(unitText(unit()))
    expect(existsSync(`${file()}.new`)).toBe(false)
  })
  test('a foreign unit is never overwritten', async () => {
    for (const text of ['[Service]\nExecStart=/bin/own\n', '', `[Service]\n #${marker}\n`]) {
      writeFileSync(file(), text)
      expect(await write()).toBe('foreign')
      expect(readFileSync(file(), 'utf8')).toBe(text)
    }
    rmSync(file())
    symlinkSync('/dev/null', file())
    const masked = await box.run(writeUnit(unit(), lease, 'p'))
    expect([masked.code, masked.stderr]).toEqual([1, expect.stringContaining('is masked')])
    rmSync(file())
    expect(await write(unit({ name: 'packaged' }))).toBe('foreign')
    expect(existsSync(join(box.dir, 'units/packaged.service'))).toBe(false)
    expect(calls()).not.toContain('daemon-reload')
  })
  test("another project's service, or its directory, is not written over, nor is whose it is: 78", async () => {
    expect(await write()).toBe('changed')
    for (const [name, path] of [
      ['testnet-peer', '/elsewhere'],
      ['another', '/opt/testnet-peer'],
    ] as const) {
      const note = `theirs s0 ${path}`.replaceAll(' ', '\n')
      writeFileSync(join(box.dir, 'units', `${name}.service`), `${marker}\n`)
      await box.sh(`rm /var/lib/vps-test/owners/*; echo '${note}' >/var/lib/vps-test/owners/${name}`)
      const refused = await box.run(writeUnit(unit(), lease, 'p'))
      expect([refused.code, refused.stderr, refused.stdout]).toEqual([78, 'project theirs\n', ''])
      expect((await box.sh('cat /var/lib/vps-test/owners/*')).stdout).toBe(`${note}\n`)
      if (name === 'testnet-peer') expect(readFileSync(file(), 'utf8')).toBe(`${marker}\n`)
      // Of a unit that is gone, what was noted is nobody's any more.
      rmSync(join(box.dir, 'units', `${name}.service`))
      expect(await write()).toBe(name === 'testnet-peer' ? 'changed' : 'same')
    }
  })
  test('without the lease nothing is written: 76', async () => {
    expect((await box.run(writeUnit(unit(), { ...lease, fence: 2 }, 'p'))).code).toBe(76)
    expect(existsSync(file())).toBe(false)
  })
})

test('the journal of a unit, as argv', () => {
  expect(journal('a b', 500)).toMatchObject({
    kind: 'argv',
    argv: ['journalctl', '-u', 'a b', '-n', '500', '--no-pager', '-o', 'short-iso-precise'],
  })
})

test('a service in a container ends with it, and comes back with it', () => {
  const text = unitText(unit({ namespace: '/run/netns/vps-test-c', container: 'c' }))
  expect(text).toContain('\nBindsTo=testnet-peer-namespace.service\nAfter=testnet-peer-namespace.service\n')
  expect(unitText(unit())).not.toContain('BindsTo')
  const beside = namespaceUnitText('peer', 'c')
  expect(beside).toContain('\nWants=peer.service\nBefore=peer.service\n')
  expect(beside).toContain('ln -sfn \\"/proc/$$pid/ns/net\\" \\"/run/netns/vps-test-$$0\\"')
  expect(beside).toMatch(/\nRestart=always\n/)
})
