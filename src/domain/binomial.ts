/** The binomial distribution, by logarithms: of many attempts the factors are beyond any number. */
import jstat from 'jstat'

const { gammaln } = jstat.jStat

/** Of each number of successes, from none to all. */
export function chances(attempts: number, rate: number): readonly number[] {
  const [won, lost] = [Math.log(rate), Math.log(1 - rate)]
  const times = (n: number, log: number): number => (n === 0 ? 0 : n * log)
  const all = gammaln(attempts + 1)
  return Array.from({ length: attempts + 1 }, (_, k) =>
    Math.exp(all - gammaln(k + 1) - gammaln(attempts - k + 1) + times(k, won) + times(attempts - k, lost)),
  )
}

/** Of `k` successes or fewer, for each `k`. */
export function cumulative(attempts: number, rate: number): readonly number[] {
  let sum = 0
  return chances(attempts, rate).map((p) => {
    sum += p
    return Math.min(1, sum)
  })
}
