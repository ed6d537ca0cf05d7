/** Every driver by the kind of dialling that a profile names; the compiler names a missing one. */
import type { DialBy, DialKind, Profile } from '../../domain/profile.ts'
import { commanded } from './commanded.ts'
import type { Driver } from './driver.ts'
import { observed } from './observed.ts'

const drivers: { readonly [K in DialKind]: (how: DialBy<K>) => Driver } = { commanded, observed }

export const driverOf = ({ dial }: Pick<Profile, 'dial'>): Driver => make(dial)

const make = <K extends DialKind>(how: DialBy<K>): Driver => drivers[how.kind as K](how)
