/**
 * The private key, looked at before anything is written down or a node is asked: who has none is told so, and nothing
 * was begun.
 */
import { parsePrivateKey, readPrivateKey } from '../adapters/ssh/key.ts'
import { Failure } from '../domain/failure.ts'
import type { Fleet } from '../domain/fleet.ts'
import type { KeySource } from '../world.ts'
import type { Context } from './context.ts'

export async function checkKey(
  { missingKey }: Pick<Context, 'missingKey'>,
  key: KeySource | null,
  fleet: Fleet,
): Promise<void> {
  if (key?.kind === 'text') {
    parsePrivateKey(key.text, key.origin)
    return
  }
  const file = key?.path ?? fleet.identityFile
  if (file !== undefined) await readPrivateKey(file)
  else throw (missingKey ?? noKey)(fleet.name)
}

const noKey = (fleet: string): Failure =>
  new Failure({
    code: 'U056',
    message: `fleet ${fleet} needs a private SSH key, and none is given`,
    remedy: 'vps-test soak --key ~/.ssh/id_ed25519',
  })
