/** Commands by which a person looks further: each works as it is typed. */
import type { Whereabouts } from './symptoms.ts'

/** What a shell reads back as it stands, else in quotes. */
export const word = (text: string): string => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

export const lookFurther = {
  logs: ({ project, session }: Whereabouts, node?: string): string =>
    `vps-test logs ${word(project)} --session ${word(session)}${node === undefined ? '' : ` --node ${word(node)}`}`,
  nodes: ({ fleet }: Whereabouts): string => `vps-test nodes --fleet ${word(fleet)}`,
  leases: ({ fleet }: Whereabouts): string => `vps-test lease --fleet ${word(fleet)}`,
  doctor: (): string => 'vps-test doctor',
  compile: (): string => 'cargo check',
  repeat: ({ session }: Whereabouts): string => `vps-test test --failed ${word(session)}`,
  node: ({ fleet }: Whereabouts, node: string): string => `vps-test diagnose ${word(node)} --fleet ${word(fleet)}`,
  trust: ({ fleet }: Whereabouts, node: string): string => `vps-test nodes trust ${word(node)} --fleet ${word(fleet)}`,
} as const
