import { stripHidden } from './text.ts'

/** What is wrong, as a path and words (`.claim.lines[3] is no text`); null when nothing is. */
export type Check = (value: unknown) => string | null

export const anything: Check = () => null
export const text: Check = (v) => (typeof v === 'string' ? null : ' is no text')
/** What is looked up, compared and repeated: the name of a node, an address. Every object has what some words name. */
export const name: Check = (v) =>
  typeof v === 'string' && v.length <= 200 && !(v in Object.prototype) ? null : ' is no name'
export const number: Check = (v) => (Number.isFinite(v) ? null : ' is no number')
export const whole: Check = (v) => (Number.isSafeInteger(v) ? null : ' is no whole number')
/** Unix milliseconds of a clock that was set: this program is younger than 2020. */
export const time: Check = (v) =>
  (whole(v) ?? between(1_577_836_800_000, 4_102_444_800_000)(v)) === null ? null : ' is no time'
export const between =
  (least: number, most: number): Check =>
  (v) =>
    number(v) ?? (least <= (v as number) && (v as number) <= most ? null : ` is not from ${least} to ${most}`)
export const flag: Check = (v) => (typeof v === 'boolean' ? null : ' is neither true nor false')

export const oneOf =
  (...words: readonly unknown[]): Check =>
  (v) =>
    words.includes(v) ? null : ` is none of ${words.map(String).join(', ')}`
export const orNull =
  (check: Check): Check =>
  (v) =>
    v === null ? null : check(v)
export const optional =
  (check: Check): Check =>
  (v) =>
    v === undefined ? null : check(v)

export const list =
  (of: Check, most = Infinity): Check =>
  (v) => {
    if (!Array.isArray(v)) return ' is no list'
    if (v.length > most) return ` has ${v.length} parts; ${most} are allowed`
    for (const [i, one] of v.entries()) {
      const fault = of(one)
      if (fault !== null) return `[${i}]${fault}`
    }
    return null
  }

/** By name, whatever the names are. */
export const record =
  (of: Check): Check =>
  (v) => {
    if (!isObject(v)) return ' is no object'
    for (const key of Object.keys(v)) {
      const fault = of(v[key])
      if (fault !== null) return `.${stripHidden(key, 40)}${fault}`
    }
    return null
  }

/** The fields that are read, by name; others may be there. */
export const fields =
  (of: Readonly<Record<string, Check>>): Check =>
  (v) => {
    if (!isObject(v)) return ' is no object'
    for (const [key, check] of Object.entries(of)) {
      const fault = check(Object.hasOwn(v, key) ? v[key] : undefined)
      if (fault !== null) return `.${key}${fault}`
    }
    return null
  }

/** Every field of a type: a new one is a type error here until it is checked too. */
export const every = <T>(of: { readonly [K in keyof T]-?: Check }): Check =>
  fields(of as Readonly<Record<string, Check>>)

/** A union by its `kind`. */
export const kinds =
  (of: Readonly<Record<string, Check>>): Check =>
  (v) => {
    const kind = isObject(v) ? v['kind'] : undefined
    return typeof kind === 'string' && Object.hasOwn(of, kind)
      ? (of[kind]?.(v) ?? null)
      : `.kind is none of ${Object.keys(of).join(', ')}`
  }

/** Every kind of a union and every field of each: a new kind, or field, is a type error here until it is checked too. */
export const union = <U extends { readonly kind: string }>(of: {
  readonly [K in U['kind']]: { readonly [F in keyof Omit<Extract<U, { readonly kind: K }>, 'kind'>]-?: Check }
}): Check =>
  kinds(
    Object.fromEntries(
      Object.entries<Readonly<Record<string, Check>>>(of).map(([kind, parts]) => [kind, fields(parts)]),
    ),
  )

/** Depth of honest evidence is below ten. */
const deepest = 64

export interface Size {
  /** Lists and objects included. */ readonly values: number
  /** Characters of one text or name. */ readonly longest: number
}

/**
 * How many values there are; a fault where there are more than `most`, where a text is too long, or where they are
 * nested so deep that reading them would overflow.
 */
export function countValues(root: unknown, most: Size): number | string {
  let count = 0
  let level: readonly unknown[] = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return ` is nested deeper than ${deepest}`
    const below: unknown[] = []
    for (const value of level) {
      if (typeof value === 'string' && value.length > most.longest)
        return ` holds a text of ${value.length} characters; ${most.longest} are allowed`
      if (typeof value !== 'object' || value === null) continue
      if (!Array.isArray(value) && Object.keys(value).some((key) => key.length > most.longest))
        return ` holds a name of more than ${most.longest} characters`
      for (const one of Object.values(value)) below.push(one)
      if (count + level.length + below.length > most.values) return ` holds more than ${most.values} values`
    }
    count += level.length
    level = below
  }
  return count
}

const isObject = (v: unknown): v is Readonly<Record<string, unknown>> =>
  typeof v === 'object' && v !== null && !Array.isArray(v)
