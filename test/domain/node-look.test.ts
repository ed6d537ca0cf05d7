/** A node looked at whole: its parts, whatever it writes, and each trouble with its remedy. */
import { describe, expect, test } from 'vitest'
import { thereIs } from '../../src/domain/evidence.ts'
import { parseNodeFacts, type FactsLook } from '../../src/domain/node-facts.ts'
import { lookParts, portsIn, troublesOf } from '../../src/domain/node-look.ts'
import { nodePageText } from '../../src/report/node-page.ts'
import { plain } from '../../src/report/plain.ts'
import { nodeOf } from '../kit/plan.ts'

const facts = (...lines: readonly string[]): FactsLook => ({
  ...parseNodeFacts(['vps-test-facts', ...lines, 'vps-test-facts end'].join('\n')),
  clockOffset: thereIs({ ms: 0, within: 20 }),
})
const calm = facts(
  'node load 0.10 0.20 0.30',
  'node cpus 2',
  'node memory 1000 900',
  'node disk 10000000 9000000 500 /',
)
const what = (parts: string, of: FactsLook = calm, services = { testnet: 9000 }): readonly string[] =>
  troublesOf({ facts: of, parts: lookParts(parts), services }).map((t) => `${t.what} → ${t.onNode}`)

test('a line belongs to the part that our command named, whatever stands in it', () => {
  const parts = lookParts('said\terrors\tforged\nerrors\tone\u001b[2J\nno part\n\ttext\nERRORS\tx\nfailed!\t4')
  expect(Object.fromEntries(parts)).toEqual({ said: ['errorsforged'], errors: ['one[2J'], 'failed!': ['4'] })
})

test('ports with who holds them; what is none is passed over', () => {
  expect(
    portsIn(
      lookParts(
        'ports\tudp 0.0.0.0:9000 peer testnet\nports\ttcp [::]:22 sshd -\nports\tudp x y\nports\tudp *:99999999 a b',
      ),
    ),
  ).toEqual([
    { protocol: 'udp', port: 9000, program: 'peer', unit: 'testnet' },
    { protocol: 'tcp', port: 22, program: 'sshd', unit: null },
  ])
})

describe('what is wrong, and what to do', () => {
  test('a calm node: nothing', () => expect(what('running\trunning\nports\tudp 0.0.0.0:53 named named')).toEqual([]))
  test('what was not read is no trouble', () =>
    expect(what('', { ...facts(), clockOffset: { kind: 'absent' } })).toEqual([]))
  test.each([
    ['a tool', 'tools\tnft', 'nft is not installed → apt-get install -y nftables'],
    [
      'a failed unit',
      'failed\tx.service loaded failed failed X',
      'x.service has failed → journalctl -u x.service -n 50',
    ],
    [
      'a failed unit with a name that a shell would read',
      'failed\ta\\x2db.service loaded failed failed X',
      "a\\x2db.service has failed → journalctl -u 'a\\x2db.service' -n 50",
    ],
    [
      'a taken port',
      'ports\tudp 0.0.0.0:9000 nc other',
      "udp 9000, which the fleet file gives to testnet, is held by other → ss -Hlnup 'sport = :9000'",
    ],
    [
      'memory that ran out',
      'kernel\tOut of memory: Killed process 7',
      'kernel: Out of memory: Killed process 7 → journalctl -k -n 100',
    ],
  ])('%s', (_, parts, told) => expect(what(parts)).toEqual([told]))
  test('a firewall that drops the service', () => {
    const ruleset =
      'table inet f {\n\tchain input {\n\t\ttype filter hook input priority 0; policy accept;\n\t\tudp dport 9000 drop\n\t}\n}'
    const parts = new Map([['firewall', ruleset.split('\n')]])
    expect(troublesOf({ facts: calm, parts, services: { testnet: 9000 } }).map((t) => t.what)).toEqual([
      "the node's own firewall drops udp 9000 of testnet: udp dport 9000 drop",
    ])
  })
  test.each([
    ['a full disk', ['node disk 100000 1000 5 /'], /1 MiB are free at \//],
    ['no inodes', ['node disk 10000000 9000000 0 /'], /no inodes are free at \//],
    ['load', ['node load 9.00 9.00 9.00', 'node cpus 2'], /load 9 on 2 processors/],
    ['memory', ['node memory 1000000 20000'], /20 MiB of memory are available/],
    ['restarts', ['unit a state loaded active running success', 'unit a restarts 7'], /restarted a 7 times/],
    ['a unit that is gone', ['unit a state not-found inactive dead success'], /no such unit/],
  ])('%s', (_, lines, told) => expect(what('', facts(...lines)).join()).toMatch(told))
  test('a clock that is off by more than the call leaves open', () => {
    expect(what('', { ...calm, clockOffset: thereIs({ ms: -600_000, within: 200 }) }).join()).toMatch(
      /10 min 00 s behind ours/,
    )
    expect(what('', { ...calm, clockOffset: thereIs({ ms: -2500, within: 3000 }) })).toEqual([])
  })
})

test('the page: steps, and the remedies ready to be typed; nothing of the node acts', () => {
  const text = nodePageText(
    {
      node: nodeOf('n-1'),
      steps: [
        { name: 'port', state: 'good', detail: 'takes connections' },
        { name: 'host key', state: 'bad', detail: 'another\u001b[2J' },
        { name: 'login', state: 'not tried', detail: '' },
      ],
      look: null,
      todo: [{ what: 'its key\nchanged', command: 'vps-test nodes trust n-1' }],
      now: 0,
    },
    plain,
  )
  expect(text).toMatch(/✗ {2}host key {2}another⟨U\+001B⟩\[2J\n· {2}login\n/)
  expect(text).toMatch(/- its key⟨U\+000A⟩changed\n {2}vps-test nodes trust n-1$/)
})
