/**
 * Prints how often a soak checkpoint calls equal programs a regression, and which drops it finds: counted out, not drawn.
 */
import { chances } from '../src/domain/binomial.ts'
import { chanceToShow, judgeRegression, smallestRegression } from '../src/domain/regression.ts'

const line = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`)
const share = (p: number): string => `${(Math.round(p * 1000) / 10).toString()} %`

/** Of each number of attempts, at the worst of these rates. */
const rates = [0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.995]

line(['attempts', ...rates.map((r) => `at ${share(r)}`), 'a drop from 100 % found with 80 % power'])
line(['---', ...rates.map(() => '---'), '---'])
for (const attempts of [10, 30, 40, 80, 200]) {
  const drop = smallestRegression({ attempts, successes: attempts }, attempts, 0)
  line([
    attempts,
    ...rates.map((rate) => share(called(attempts, rate, 0))),
    drop === null ? 'none' : `${Math.ceil(drop * 1000) / 10} points`,
  ])
}
console.log()
line(['attempts', ...rates.map((r) => `at ${share(r)}`)])
line(['---', ...rates.map(() => '---')])
for (const attempts of [10, 30, 40, 80, 200])
  line([attempts, ...rates.map((rate) => share(leftOpen(attempts, rate, 0)))])

/** A program as good as before: how often it is called a regression, over all that its first test may have come to. */
function called(attempts: number, rate: number, tolerance: number): number {
  return chances(attempts, rate).reduce(
    (sum, chance, successes) => sum + chance * chanceToShow({ attempts, successes }, attempts, tolerance, rate),
    0,
  )
}

/** And how often neither test decides it. */
function leftOpen(attempts: number, rate: number, tolerance: number): number {
  const of = chances(attempts, rate)
  const likely = of.flatMap((chance, successes) => (chance < 1e-6 ? [] : [{ chance, successes }]))
  let open = 0
  for (const first of likely)
    for (const one of likely) {
      const base = { first: { attempts, successes: first.successes }, tolerance }
      const once = { attempts, successes: one.successes }
      if (judgeRegression({ ...base, earlier: null, now: once }) !== 'may be noise') continue
      for (const two of likely) {
        const now = { attempts, successes: two.successes }
        if (judgeRegression({ ...base, earlier: once, now }) === 'may be noise')
          open += first.chance * one.chance * two.chance
      }
    }
  return open
}
