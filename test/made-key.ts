/**
 * A key pair of ssh2's making. One of about five hundred is malformed, and ssh2 does not look: that one is drawn again.
 */
import ssh2 from 'ssh2'

export function madeKey(): { readonly private: string; readonly public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519')
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair
  }
}
