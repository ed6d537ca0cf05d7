/** Zip files as they are asked for, honest or not: for artifacts that a stranger's job uploaded. */
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipMember {
  readonly path: string
  readonly data: string | Uint8Array
  /** Unix mode; a link is 0o120777. */ readonly mode?: number
  /** What the file claims to unpack to. */ readonly claims?: number
}

export function zip(members: readonly ZipMember[]): Buffer {
  const bodies: Buffer[] = []
  const list: Buffer[] = []
  let at = 0
  for (const { path, data, mode = 0o100644, claims } of members) {
    const raw = Buffer.from(data as string)
    const packed = deflateRawSync(raw)
    const name = Buffer.from(path)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(raw), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(claims ?? raw.length, 18)
    common.writeUInt16LE(name.length, 22)
    const body = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE((mode << 16) >>> 0, 6)
    rest.writeUInt32LE(at, 10)
    list.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, rest, name]))
    bodies.push(body)
    at += body.length
  }
  const names = Buffer.concat(list)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(members.length, 8)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(names.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...bodies, names, end])
}
