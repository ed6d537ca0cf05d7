/** Targets lowered, sealed again, the true ledger named. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V10b',
  what: 'targets lowered, sealed again, the true ledger named',
  of: { attempts: { 'saorsa-7→saorsa-2': { path: 'none', claims: 'failure' } } },
  ledger: 'true',
  bundle: (b) => ({
    ...b,
    plan: {
      ...b.plan,
      suites: b.plan.suites.map((s) =>
        s.suite === 'connectivity' ? { ...s, work: { ...s.work, targets: { ...s.work.targets, direct: 0 } } } : s,
      ),
    },
  }),
  expected: 'not valid',
}
