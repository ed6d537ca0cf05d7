/** Of what is wrong, in words, the first ones are kept and the rest are counted: a forger decides how many there are. */
const most = 100

export function firstFaults(all: Iterable<string>): readonly string[] {
  const kept: string[] = []
  let more = 0
  for (const one of all) {
    if (kept.length < most) kept.push(one)
    else more++
  }
  return more === 0 ? kept : [...kept, `… and ${more} more of this kind`]
}
