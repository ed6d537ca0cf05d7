/** What a profile demands of its program, field by field: numbers of which more is stricter, texts that must stay. */
import { canonical } from './canonical.ts'
import { needsOf, type PlannedProfile } from './profile.ts'
import { bestGrade, promisesOf } from './promises.ts'

/** By name. A text is neither more nor less than another: with another it is another test. */
export type Demands = Readonly<Record<string, number | string>>

type Of<K extends keyof PlannedProfile> = (profile: Pick<PlannedProfile, K>) => Demands

/** Names, and what chooses among profiles. */
const label: () => Demands = () => ({})
const same =
  <K extends keyof PlannedProfile>(field: K): Of<K> =>
  (profile) => ({ [field]: canonical(profile[field]) })

/** A new field of a profile does not compile until it is said here what it demands. */
const fields: { readonly [K in keyof Required<PlannedProfile>]: (profile: PlannedProfile) => Demands } = {
  name: label,
  title: label,
  project: label,
  module: label,
  focuses: label,
  onlyWhenNamed: label,
  binary: same('binary'),
  servicePort: same('servicePort'),
  registry: same('registry'),
  node: same('node'),
  peerId: same('peerId'),
  dial: ({ dial }) => {
    if (dial.kind === 'observed') return { dial: canonical(dial) }
    const { endSeconds, ...rest } = dial
    return { dial: canonical(rest), 'seconds to end after a dial': -endSeconds }
  },
  record: (profile) => ({
    "receiver's record": promisesOf(profile).record ? 1 : 0,
    'grade at best (A is 4)': { A: 4, B: 3, C: 2, D: 1 }[bestGrade(promisesOf(profile))],
    record: canonical(profile.record),
  }),
  payload: ({ payload }) => {
    if (payload.kind === 'opaque') return { 'bytes of a payload': 0, payload: canonical(payload) }
    const { minBytes, maxBytes: _, ...rest } = payload
    return { 'bytes of a payload': minBytes, payload: canonical(rest) }
  },
  claims: ({ claims }) => ({
    'claims that are read': (claims.reports === null ? 0 : 1) + claims.log.length + claims.figures.length,
    ...(claims.reports === null ? {} : { reports: canonical(claims.reports) }),
    ...Object.fromEntries(claims.log.map((line, i) => [`claim of the log ${i + 1}`, canonical(line)])),
    ...Object.fromEntries(claims.figures.map((figure, i) => [`figure ${i + 1}`, canonical(figure)])),
  }),
  window: ({ window }) =>
    window === null
      ? {}
      : {
          // More time to connect, and fewer looks at it.
          'window, seconds': -(window.looks.at(-1) ?? 0),
          looks: window.looks.length,
          'bytes each way': window.minBytes,
          'seconds both ways': window.sustainedSeconds,
        },
  // What the network keeps from a program excuses it.
  needs: (profile) => {
    const { datagramBytes, ipv6 } = needsOf(profile)
    return { 'datagram that must pass': -datagramBytes, 'goes without IPv6': ipv6 ? 0 : 1 }
  },
  startsPrograms: ({ startsPrograms }) => ({ confined: startsPrograms === true ? 0 : 1 }),
  gossip: same('gossip'),
  survival: same('survival'),
  throughput: ({ throughput }) => ({
    'megabytes at once': throughput?.maxMb ?? 0,
    'throughput arguments': canonical(throughput?.args ?? null),
  }),
  commands: ({ commands }) => Object.fromEntries(commands.map((c) => [`command ${c.suite}: ${c.name}`, canonical(c)])),
}

export const profileDemands = (profile: PlannedProfile): Demands =>
  Object.assign({}, ...Object.values(fields).map((of) => of(profile))) as Demands
