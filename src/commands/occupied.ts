/** What of a service's name, directory and port on a node is another project's, by what we wrote there ourselves. */
import type { Command } from './command.ts'
import { parsePortHolder } from '../domain/post-mortem/read.ts'
import { findPortHolder } from './port-holder.ts'
import { raw, sh } from './quote.ts'
import { ownersDir } from './owners.ts'

export interface ServicePlaces {
  readonly unit: string
  readonly installPath: string
  readonly listens: { readonly protocol: 'tcp' | 'udp'; readonly port: number }
  /** argv prefix that enters the service's network namespace. */
  readonly place: readonly string[]
}

/** `by`: the project, and the session that put it there. */
export interface Occupied {
  readonly what: string
  readonly by: string
  readonly session: string
}

const holderWord = 'holder'

/** A line for each unit of ours: its name, project, session and directory; then who has the port. */
export const findOwners = ({
  listens: { protocol, port },
  place,
}: Omit<ServicePlaces, 'unit' | 'installPath'>): Command => {
  const holder = findPortHolder(place, protocol, port)
  return {
    kind: 'script',
    why: 'whose services are there',
    idempotent: true,
    text: sh`
      for f in ${raw(ownersDir)}/*; do
        [ -s "$f" ] || continue; u=$(basename "$f"); [ -e "/etc/systemd/system/$u.service" ] || continue
        { read -r project; read -r session; read -r path; } <"$f" || true; printf 'unit %s %s %s %s\n' "$u" "$project" "$session" "$path"
      done
      echo ${holderWord}
      ${raw(port === 0 || holder.kind !== 'script' ? ':' : holder.text)}`,
  }
}

const word = '[A-Za-z0-9][A-Za-z0-9._@-]{0,150}'
const unitLine = new RegExp(`^unit (${word}) (${word}) (${word}) ?(/[A-Za-z0-9._/-]{1,200})?$`)

export interface OwnedUnit {
  readonly unit: string
  readonly project: string
  readonly session: string
  /** Null: written by a version that did not say. */
  readonly installPath: string | null
}

/** A line that is none of ours is left out. */
export const parseOwners = (stdout: string): readonly OwnedUnit[] =>
  stdout
    .split(`\n${holderWord}\n`)[0]!
    .split('\n')
    .flatMap((line) => {
      const [, unit, project, session, path] = unitLine.exec(line) ?? []
      return unit === undefined || project === undefined || session === undefined
        ? []
        : [{ unit, project, session, installPath: path ?? null }]
    })

/** Of another project only: what is our own is deployed over, and a stranger's process is told when it is in the way. */
export function parseOccupied(
  stdout: string,
  project: string,
  { unit, installPath, listens }: ServicePlaces,
): readonly Occupied[] {
  const owned = parseOwners(stdout).filter((o) => o.project !== project)
  const holder = parsePortHolder(`\n${stdout}`.split(`\n${holderWord}\n`)[1] ?? '')
  const named = owned.flatMap((o) => [
    ...(o.unit === unit ? [{ what: `the service ${unit}`, by: o.project, session: o.session }] : []),
    ...(o.installPath === installPath
      ? [{ what: `the directory ${installPath}`, by: o.project, session: o.session }]
      : []),
  ])
  const port =
    holder === null || holder.owner === null || holder.owner.project === project
      ? []
      : [
          {
            what: `${listens.protocol} ${listens.port} (held by ${holder.unit ?? 'it'}.service)`,
            by: holder.owner.project,
            session: holder.owner.session,
          },
        ]
  return [...named, ...port]
}
