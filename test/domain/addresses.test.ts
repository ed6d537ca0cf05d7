import { expect, test } from 'vitest'
import { hostPort, isIPv6, isLocalIPv6, normalAddress } from '../../src/domain/addresses.ts'

test.each([
  ['198.18.4.10', '198.18.4.10'],
  ['::ffff:198.18.4.10', '198.18.4.10'],
  ['[::FFFF:198.18.4.10]', '198.18.4.10'],
  ['::ffff:c612:40a', '198.18.4.10'],
  ['0:0:0:0:0:ffff:198.18.4.10', '198.18.4.10'],
  ['2001:DB8::1', '2001:db8:0:0:0:0:0:1'],
  ['2001:0db8:0000::0001', '2001:db8:0:0:0:0:0:1'],
  ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1'],
  ['::', '0:0:0:0:0:0:0:0'],
  ['not an address', 'not an address'],
  ['1::2::3', '1::2::3'],
  ['1:2:3', '1:2:3'],
  ['::12345', '::12345'],
])('%s is %s', (given, expected) => expect(normalAddress(given)).toBe(expected))

test('IPv4-mapped is IPv4', () => {
  expect(isIPv6('::ffff:1.2.3.4')).toBe(false)
  expect(isIPv6('2001:db8::1')).toBe(true)
  expect([isLocalIPv6('fe80::1'), isLocalIPv6('ff02::1'), isLocalIPv6('2001:db8::1')]).toEqual([true, true, false])
})

test.each([
  ['192.0.2.1', 80, '192.0.2.1:80'],
  ['a.example', '22', 'a.example:22'],
  ['2001:db8::1', 8080, '[2001:db8::1]:8080'],
  ['[2001:db8::1]', 8080, '[2001:db8::1]:8080'],
  ['::ffff:192.0.2.1', 9000, '[::ffff:192.0.2.1]:9000'],
])('%s and port %s are written %s', (host, port, text) => {
  expect(hostPort(host, port)).toBe(text)
  expect(URL.canParse(`http://${text}`)).toBe(true)
})
