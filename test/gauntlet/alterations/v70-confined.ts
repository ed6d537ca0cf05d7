/** A trial of what may be executed that says another thing than our own program. */
import { confinementOf } from '../../../src/domain/confinement.ts'
import type { Alteration } from '../alteration.ts'

const ran = { event: 'confined', ran: ['a memfd'], refused: ['/tmp'] }
const held = { event: 'held', pid: 7, no_new_privs: 1, seccomp: 2, mounts: 30, open: [] }

export const alteration: Alteration = {
  id: 'V70',
  what: 'a trial of what may be executed is called refused',
  ledger: 'none',
  bundle: (b) => ({
    ...b,
    controls: [
      ...b.controls,
      { ...confinementOf('saorsa-7', { unit: ran, service: held, dialler: ran }), seen: 'blocked', detail: '' },
    ],
  }),
  expected: 'not valid',
  says: 'it is not what our own program said there',
}
