/** How a service's network namespace, and a NAT box, are entered. */
import { createSocket } from 'node:dgram'
import { localRemote } from '../../src/adapters/local.ts'
import { lookForCauses } from '../../src/commands/diagnosis.ts'
import { parseDiagnosis, parsePortHolder } from '../../src/domain/post-mortem/read.ts'
import { describe, expect, test } from 'vitest'
import { boxOf, exitNoPlace, namespacePath, placeOf } from '../../src/commands/place.ts'
import { inside } from '../../src/commands/quote.ts'
import { nodeOf } from '../domain/fixtures.ts'
import { sandbox, isRoot, needsRoot } from './sandbox.ts'

test('the node itself, a namespace, a container', () => {
  expect(placeOf({ kind: 'systemd' })).toEqual([])
  expect(placeOf({ kind: 'netns', name: 'natbox' } as never)).toEqual(['ip', 'netns', 'exec', 'natbox'])
  expect(boxOf({ kind: 'orchestrator', enter: ['nsenter', '--net=/x', '--'] })).toEqual({
    at: 'orchestrator',
    enter: ['nsenter', '--net=/x', '--'],
  })
  expect(boxOf({ kind: 'host' })).toEqual({ at: 'node', enter: [] })
  expect(boxOf({ kind: 'netns', name: 'a b' })).toEqual({ at: 'node', enter: ['ip', 'netns', 'exec', 'a b'] })
})

test('why a service fails is asked of a machine whatever it has: disks, and who has the port', async () => {
  const socket = createSocket('udp4')
  await new Promise<void>((r) => socket.bind(0, '127.0.0.1', r))
  const of = {
    unit: 'no-such-unit',
    listens: { protocol: 'udp', port: socket.address().port },
    releases: '/usr/bin',
    data: '/var/lib/no-such-folder/in it',
  } as const
  const { stdout } = await localRemote('here', []).run(
    lookForCauses({ ...of, place: [], sinceSeconds: 60, names: ['localhost', 'no-such-name.invalid'] }),
    {
      timeoutMs: 20_000,
      signal: AbortSignal.timeout(20_000),
    },
  )
  socket.close()
  const { releases, data, holder, said } = parseDiagnosis(stdout, of)
  expect({ releases, data, said }).toEqual({
    releases: {
      path: '/usr/bin',
      usedKiB: expect.any(Number) as number,
      freeKiB: expect.any(Number) as number,
      freeInodes: releases?.freeInodes ?? null,
      ownKiB: expect.any(Number) as number,
      mount: expect.arrayContaining([expect.stringMatching(/^r[ow]$/)]) as string[],
    },
    data: { ...releases, path: '/var/lib/no-such-folder/in it', ...data, ownKiB: null },
    said: [],
  })
  expect(holder?.pid).toBe(process.pid)
})

describe.skipIf(!isRoot)(`a container${needsRoot}`, () => {
  test('is entered by its process id, with every word as it is; one that does not run is an error', async () => {
    const box = sandbox()
    box.program('docker', 'test "$4" = "node x" || exit 1; echo 4711')
    box.program('nsenter', 'printf "[%s]" "$@"')
    const enter = boxOf({ kind: 'docker', container: 'node x' }).enter
    const run = (container: string) =>
      box.run(
        inside(container === '' ? enter : placeOf({ kind: 'docker', container } as never), {
          kind: 'argv',
          why: 'test',
          idempotent: true,
          argv: ['echo', '$HOME', 'a  b', ''],
        }),
      )
    expect(await run('')).toMatchObject({ code: 0, stdout: '[-t][4711][-n][--][echo][$HOME][a  b][]' })
    expect(await run('another')).toMatchObject({ code: exitNoPlace, stderr: 'no container is called another\n' })
    box.program('docker', 'echo 0')
    expect(await run('node x')).toMatchObject({ code: exitNoPlace, stderr: 'the container node x does not run\n' })
    box.close()
  })
})

test('the path systemd gets', () => {
  const node = nodeOf(7)
  expect(namespacePath(node)).toBeNull()
  expect(namespacePath({ ...node, runtime: { kind: 'netns', name: 'natbox' } as never })).toBe('/run/netns/natbox')
  expect(namespacePath({ ...node, runtime: { kind: 'docker', container: 'c1' } as never })).toBe(
    '/run/netns/vps-test-c1',
  )
})

test.each([
  ['', null],
  ['12\nsshd \nssh\n-\n-\n', { pid: 12, program: 'sshd', unit: 'ssh', owner: null }],
  ['12\nx\n-\n-\n-\n', { pid: 12, program: 'x', unit: null, owner: null }],
  [
    '12\npeer \npeer-registry\np\ns-1\n',
    { pid: 12, program: 'peer', unit: 'peer-registry', owner: { project: 'p', session: 's-1' } },
  ],
  ['no such file\n', null],
])('who has a port: %j', (text, holder) => {
  expect(parsePortHolder(text)).toEqual(holder)
})
