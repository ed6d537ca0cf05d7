/** What our own instruments try in every run. */
export const controlNames = [
  'open-path',
  'closed-path',
  'large-datagram',
  'nonexistent-peer',
  'self-test',
  'self-test-after',
  /** What could be executed beside the tested program. */
  'confinement',
] as const

export type ControlName = (typeof controlNames)[number]
