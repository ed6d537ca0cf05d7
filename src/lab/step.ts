/** What compiling a lab yields: steps as values. perform.ts carries them out. */

export interface FileText {
  readonly path: string
  readonly text: string
  readonly mode?: number
}

export type Step =
  | { readonly kind: 'run'; readonly why: string; readonly argv: readonly string[]; readonly stdin?: string }
  | {
      readonly kind: 'files'
      readonly why: string
      readonly files: readonly FileText[]
      readonly links?: readonly { readonly path: string; readonly target: string }[]
      readonly directories?: readonly { readonly path: string; readonly mode: number }[]
    }

/** Steps of one stage have no order among them; stages have. */
export type Stages = readonly (readonly Step[])[]
