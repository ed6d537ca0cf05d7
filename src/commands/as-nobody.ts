/** Takes every right from what follows it: a subject that could write nft could write the witness. */
import { nobody } from '../domain/evidence.ts'

export const asNobody = [
  'setpriv',
  `--reuid=${nobody}`,
  `--regid=${nobody}`,
  '--clear-groups',
  '--inh-caps=-all',
  '--bounding-set=-all',
  '--no-new-privs',
  '--',
] as const
