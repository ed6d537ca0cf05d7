/** Files of an artifact, by their path in it. */
import { inflateRawSync } from 'node:zlib'

export function unpacked(zip: Uint8Array): ReadonlyMap<string, Buffer> {
  const data = Buffer.from(zip)
  const end = data.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  const files = new Map<string, Buffer>()
  if (end < 0) return files
  let at = data.readUInt32LE(end + 16)
  for (let n = data.readUInt16LE(end + 10); n > 0; n--) {
    const [method, packed, name, start] = [
      data.readUInt16LE(at + 10),
      data.readUInt32LE(at + 20),
      data.readUInt16LE(at + 28),
      data.readUInt32LE(at + 42),
    ]
    const from = start + 30 + data.readUInt16LE(start + 26) + data.readUInt16LE(start + 28)
    const bytes = data.subarray(from, from + packed)
    files.set(data.toString('utf8', at + 46, at + 46 + name), method === 0 ? bytes : inflateRawSync(bytes))
    at += 46 + name + data.readUInt16LE(at + 30) + data.readUInt16LE(at + 32)
  }
  return files
}
