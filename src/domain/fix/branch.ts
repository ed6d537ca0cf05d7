/** The branches that fixes are on: ours by their name, so that nobody's branch is ever written. */

export const fixBranch = (session: string, number: number): string => `vps-test/fix/${session}/${number}`

/** One component for the session: nothing that git, or a refspec, reads as more than a name. */
export const isFixBranch = (branch: string): boolean =>
  /^vps-test\/fix\/[A-Za-z0-9][A-Za-z0-9-]{0,199}\/[1-9]\d{0,5}$/.test(branch)
