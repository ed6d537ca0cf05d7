/** What a plan asks for and this version does not do: said in the plan and in the proof, never passed over. */
import type { Plan } from './plan.ts'

export interface Unsupported {
  readonly what: string
  readonly why: string
}

export function unsupportedParts({ config, answers }: Pick<Plan, 'config' | 'answers'>): readonly Unsupported[] {
  const { tests } = config
  const suites: readonly (readonly [string, boolean])[] = [
    ['throughput', tests.throughput.enabled],
    ['message_delivery', tests.messageDelivery.enabled],
    ['crdt_consistency', tests.crdtConsistency.enabled],
    ['channel_creation', tests.channelCreation.enabled],
    ['custom tests', tests.custom.length > 0],
  ]
  const why = 'does not act in this version'
  return [
    ...suites.filter(([, asked]) => asked).map(([name]) => ({ what: `suite ${name}`, why })),
    ...(answers.focus.value === 'full-suite'
      ? [{ what: 'focus full-suite', why: 'only its connectivity suite acts in this version' }]
      : []),
    ...(answers.proof.value === 'metrics' || answers.proof.value === 'all-evidence'
      ? [
          {
            what: 'proof by metrics',
            why: "Prometheus is not asked in this version; the registry's own answers are kept",
          },
        ]
      : []),
  ]
}
