/** Of what is wrong, in words, the first ones are kept and the rest are counted: a forger decides how many there are. */
const most = 100

export function firstFaults(all: Iterable<string>): readonly string[] {
  const faults = keptFaults()
  for (const one of all) faults.add(one)
  return faults.all()
}

export function keptFaults(): { readonly add: (fault: string) => void; readonly all: () => readonly string[] } {
  const kept: string[] = []
  let more = 0
  return {
    add(fault) {
      if (kept.length < most) kept.push(fault)
      else more++
    },
    all: () => (more === 0 ? kept : [...kept, `… and ${more} more of this kind`]),
  }
}
