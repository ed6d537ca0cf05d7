/** One row of the table of recovery rules (spec §5): when it fires, what is done, how often, and what is said of it. */

export interface RecoveryBudget {
  /** How often it acts; `decided`: as often as whoever acts was told, which each firing says. */
  readonly times: number | 'decided'
  readonly per: string
}

export interface RecoveryRule {
  readonly situation: string
  /** By what it is recognised. */
  readonly recognition: string
  readonly action: string
  readonly budget: RecoveryBudget
  /** What follows where the budget is used up. */
  readonly usedUp: string
  /** What the proof says of it besides the firings, which it lists. */
  readonly proof: string
  /** Nothing is tried: the session stops with this failure, whatever else was at work. */
  readonly alarm?: true
}
