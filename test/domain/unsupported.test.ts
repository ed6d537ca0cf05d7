/** Asked for and not done is said, whatever it is. */
import { expect, test } from 'vitest'
import type { Plan } from '../../src/domain/plan.ts'
import { unsupportedParts } from '../../src/domain/unsupported.ts'

const off = {
  throughput: { enabled: false },
  messageDelivery: { enabled: false },
  crdtConsistency: { enabled: false },
  channelCreation: { enabled: false },
  custom: [],
}
const plan = (tests: object, focus = 'connectivity', proof = 'logs') =>
  ({
    config: { tests: { ...off, ...tests } },
    answers: { focus: { value: focus }, proof: { value: proof } },
  }) as unknown as Pick<Plan, 'config' | 'answers'>

test.each<[string, ReturnType<typeof plan>, string[]]>([
  ['nothing', plan({}), []],
  ['a suite', plan({ throughput: { enabled: true } }), ['suite throughput']],
  [
    'every suite',
    plan({
      throughput: { enabled: true },
      messageDelivery: { enabled: true },
      crdtConsistency: { enabled: true },
      channelCreation: { enabled: true },
      custom: [{}],
    }),
    [
      'suite throughput',
      'suite message_delivery',
      'suite crdt_consistency',
      'suite channel_creation',
      'suite custom tests',
    ],
  ],
  ['the full suite', plan({}, 'full-suite'), ['focus full-suite']],
  ['metrics', plan({}, 'connectivity', 'all-evidence'), ['proof by metrics']],
  ['a person', plan({}, 'connectivity', 'manual-verify'), []],
])('%s', (_, given, said) => expect(unsupportedParts(given).map((s) => s.what)).toEqual(said))
