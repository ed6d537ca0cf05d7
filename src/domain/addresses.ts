/**
 * IP addresses in one spelling, so that two sights of one address compare equal (testnet-interfaces §10.1: IPv4-mapped
 * addresses are everywhere).
 */

/** Dotted quad for IPv4 and IPv4-mapped IPv6; eight unpadded groups for other IPv6; lower case for what is neither. */
export function normalAddress(address: string): string {
  const bare = address
    .trim()
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
  const groups = bare.includes(':') ? groupsOf(bare) : undefined
  if (groups === undefined) return bare
  const mapped = groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff
  if (!mapped) return groups.map((g) => g.toString(16)).join(':')
  const [high, low] = [groups[6] ?? 0, groups[7] ?? 0]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/** As URLs and programs write it: an IPv6 address stands in brackets. */
export const hostPort = (host: string, port: number | string): string =>
  `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`

/** A real IPv6 address, after IPv4-mapped ones are taken out. */
export const isIPv6 = (address: string): boolean => normalAddress(address).includes(':')

/** Link-local and multicast: neighbour discovery and the like, never a path between two hosts. */
export const isLocalIPv6 = (address: string): boolean => /^f(e[89ab]|f)/.test(normalAddress(address))

function groupsOf(text: string): readonly number[] | undefined {
  const quad = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text)
  const [, prefix = '', a = '', b = '', c = '', d = ''] = quad ?? []
  const hex = quad === null ? text : `${prefix}${((+a << 8) | +b).toString(16)}:${((+c << 8) | +d).toString(16)}`
  const [head = '', tail, ...more] = hex.split('::')
  if (more.length > 0) return undefined
  const list = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const [left, right] = [list(head), list(tail ?? '')]
  const gap = 8 - left.length - right.length
  if (tail === undefined ? gap !== 0 : gap < 0) return undefined
  const all = [...left, ...Array<string>(Math.max(gap, 0)).fill('0'), ...right]
  return all.every((g) => /^[0-9a-f]{1,4}$/.test(g)) ? all.map((g) => parseInt(g, 16)) : undefined
}
