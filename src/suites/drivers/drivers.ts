/** Every driver by the kind of dialling that a profile names; the compiler names a missing one. */
import type { DialBy, DialKind, Profile } from '../../domain/profile.ts'
import { commanded } from './commanded.ts'
import type { Driver } from './driver.ts'
import { unprompted } from './observed.ts'

const drivers: { readonly [K in DialKind]: (how: DialBy<K>, confinedBy: string | null) => Driver } = {
  commanded,
  observed: unprompted,
}

/** `prober`: its path on the nodes; it keeps a dialler from executing anything else than itself. */
export const driverOf = ({ dial, startsPrograms }: Pick<Profile, 'dial' | 'startsPrograms'>, prober: string): Driver =>
  make(dial, startsPrograms === true ? null : prober)

const make = <K extends DialKind>(how: DialBy<K>, confinedBy: string | null): Driver =>
  drivers[how.kind as K](how, confinedBy)
