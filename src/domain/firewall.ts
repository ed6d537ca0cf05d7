/** Whether a node's own firewall keeps packets from a port, by the text of `nft list ruleset`; in doubt it does not. */

interface Chain {
  readonly hook: string
  readonly policy: string
  readonly rules: readonly string[]
}

/** The rule, or the policy, that drops what comes to the port; null: none, or it cannot be told. */
export function droppedBy(ruleset: string, protocol: 'tcp' | 'udp', port: number): string | null {
  for (const chain of chainsOf(ruleset)) {
    if (chain.hook !== 'input' && chain.hook !== 'prerouting') continue
    const deciding = chain.rules.find((r) => isAbout(r, protocol, port) && verdictOf(r) !== null)
    if (deciding !== undefined && verdictOf(deciding) === 'drop') return deciding.slice(0, 120)
    if (deciding === undefined && chain.policy === 'drop' && !chain.rules.some((r) => mayAccept(r, protocol)))
      return `policy drop, and no rule for ${protocol} ${port}`
  }
  return null
}

/** Tables of ours come and go with a control. */
function chainsOf(ruleset: string): readonly Chain[] {
  return [...ruleset.matchAll(/^table \S+ (\S+) \{\n([^]*?)^\}/gm)]
    .filter(([, name]) => name?.startsWith('vps_test_') !== true)
    .flatMap(([, , body = '']) => [...body.matchAll(/^\tchain \S+ \{\n([^]*?)^\t\}/gm)])
    .map(([, body = '']) => {
      const lines = body.split('\n').map((l) => l.trim())
      const type = lines.find((l) => l.startsWith('type ')) ?? ''
      return {
        hook: / hook (\w+)/.exec(type)?.[1] ?? '',
        policy: /policy (\w+)/.exec(type)?.[1] ?? 'accept',
        rules: lines.filter((l) => l !== '' && !l.startsWith('type ')),
      }
    })
}

/** A rule for the port alone: one that also asks for an address or an interface may be about somebody else. */
function isAbout(rule: string, protocol: 'tcp' | 'udp', port: number): boolean {
  if (/\b(?:saddr|daddr|iif|iifname|sport|mark|limit)\b/.test(rule)) return false
  const [, ports = ''] = new RegExp(`\\b(?:${protocol}|th) dport (\\{[^}]*\\}|\\S+)`).exec(rule) ?? []
  return ports
    .replaceAll(/[{}]/g, '')
    .split(',')
    .map((p) => p.trim().split('-').map(Number))
    .some(([low = NaN, high = low]) => low <= port && port <= high)
}

const verdictOf = (rule: string): 'accept' | 'drop' | null => {
  const [, word] = /\b(accept|drop|reject)\b(?! packets)/.exec(rule.replaceAll(/"[^"]*"/g, '')) ?? []
  return word === undefined ? null : word === 'accept' ? 'accept' : 'drop'
}

/** What could let it in after all: a jump, a set, an accept that is neither for other ports nor for known connections. */
const mayAccept = (rule: string, protocol: 'tcp' | 'udp'): boolean =>
  /\b(?:jump|goto|vmap|queue)\b/.test(rule) ||
  (verdictOf(rule) === 'accept' &&
    !/\bct state\b|\biif(?:name)? "lo"|\bicmp|\bdport \d|\bdport \{ \d/.test(rule) &&
    !new RegExp(`\\b${protocol === 'udp' ? 'tcp' : 'udp'} `).test(rule))
