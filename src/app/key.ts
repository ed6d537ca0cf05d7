/** The private key, looked at before anything is written down or a node is asked: who has none is told so, and nothing was begun. */
import { parsePrivateKey, readPrivateKey } from '../adapters/ssh/key.ts'
import { Failure } from '../domain/failure.ts'
import type { Fleet } from '../domain/fleet.ts'
import type { KeySource } from '../world.ts'
import type { Context } from './context.ts'

export async function checkKey(
  { writer }: Pick<Context, 'writer'>,
  key: KeySource | null,
  fleet: Fleet,
): Promise<void> {
  if (key?.kind === 'text') {
    parsePrivateKey(key.text, key.origin)
    return
  }
  const file = key?.path ?? fleet.identityFile
  if (file !== undefined) await readPrivateKey(file)
  else if (writer.kind === 'run')
    throw new Failure({
      code: 'U069',
      message: `fleet ${fleet.name} needs the input ssh-key, which is empty`,
      remedy: 'gh secret set VPS_TEST_SSH_KEY < ~/.ssh/id_ed25519',
    })
  else
    throw new Failure({
      code: 'U056',
      message: `fleet ${fleet.name} needs a private SSH key, and none is given`,
      remedy: 'vps-test soak --key ~/.ssh/id_ed25519',
    })
}
