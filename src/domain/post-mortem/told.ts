/** What a node told of itself after a failure, as it came: kept as evidence, so that whatever follows from it can be derived again. */
import type { NodeName } from '../fleet.ts'
import { every, fields, list, name, oneOf, orNull, text, whole, type Check } from '../shape.ts'

/** What was asked for: the service, its port, and the folders that it needs. */
export interface AskedOf {
  /** Without `.service`. */
  readonly unit: string
  readonly listens: { readonly protocol: 'tcp' | 'udp'; readonly port: number }
  readonly releases: string
  readonly data: string
}

export interface PostMortem {
  readonly node: NodeName
  readonly of: AskedOf
  /** How far back its journals were asked. */
  readonly sinceSeconds: number
  /** Null: it did not answer. */
  readonly lines: readonly string[] | null
  /** Why it did not. */
  readonly why: string | null
}

/** Each section begins with this word and its name. */
export const sectionWord = 'vps-test-section'

/** A node says as much as it likes. */
export const mostTold = { lines: 1200, characters: 1000 } as const

/** The last lines are the newest ones of its journals. */
export const toldLines = (stdout: string): readonly string[] =>
  stdout
    .split('\n')
    .slice(0, mostTold.lines)
    .map((l) => l.slice(0, mostTold.characters).toWellFormed())

export const postMortemShape = (nodes: number): Check =>
  list(
    every<PostMortem>({
      node: name,
      of: fields({
        unit: text,
        listens: fields({ protocol: oneOf('tcp', 'udp'), port: whole }),
        releases: text,
        data: text,
      }),
      sinceSeconds: whole,
      lines: orNull(list(text, mostTold.lines)),
      why: orNull(text),
    }),
    nodes,
  )
