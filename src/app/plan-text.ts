/** The plan for a person: steps, time, what is asked for and not done, soak, digest. */
import { planDigest, type Plan } from '../domain/plan.ts'
import { planSummary } from '../inputs/summary.ts'

export const planText = (plan: Plan): string =>
  [
    planSummary(plan),
    '',
    ...plan.steps.map((s) => `${s.id}. ${s.title.padEnd(7)} ${s.detail} (about ${s.seconds} s)`),
    `About ${Math.ceil(plan.estimate.seconds / 60)} min, ${plan.estimate.attempts} attempts, ${plan.estimate.uploadBytes === null ? 'upload size known after the build' : `${plan.estimate.uploadBytes} bytes to upload`}.`,
    plan.soak.length === 0
      ? 'Soak: off.'
      : `Soak: ${plan.soak.join(', ')}; the fleet stays leased until the last checkpoint.`,
    `Plan ${planDigest(plan).slice(0, 16)}.`,
  ].join('\n')
