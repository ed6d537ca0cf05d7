/** What a profile says of connections that stay: how one is opened and kept, and how a payload is sent over it. */

export interface SurvivalUse {
  /** Opens one connection and stays; it ends when the connection is gone, and never dials again. */
  readonly keep: readonly string[]
  /** Delivers what stands on its standard input over the connection of this local port; reports as the dialler does. */
  readonly deliver: readonly string[]
  /** Field of what it reports that names the connection. */
  readonly connection: string
}
