/** `all-pass`: every counted sample of every group, by count. */
import { againstBars, type Criterion } from './criterion.ts'

/** Never strict: a lower bound is never 1, which would make it impossible. */
export const allPass: Criterion = {
  judge: (groups) => againstBars(groups, () => ({ percent: 100, strict: false })),
}
