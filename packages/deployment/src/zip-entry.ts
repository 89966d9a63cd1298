import { inflateRawSync } from 'node:zlib'

const END = 0x06054b50
const ENTRY = 0x02014b50
const DEFLATED = 8

/** The content of one file of a zip archive. @throws when it isn't there, or packed in a way that zlib doesn't know */
export function zipEntry(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || archive.readUInt32LE(end) !== END) throw new Error('this is no zip archive')
  let at = archive.readUInt32LE(end + 16)
  while (archive.readUInt32LE(at) === ENTRY) {
    const lengths = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset))
    const [nameLength = 0, extra = 0, comment = 0] = lengths
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name) return contentOf(archive, at, name)
    at += 46 + nameLength + extra + comment
  }
  throw new Error(`the archive has no ${name}`)
}

function contentOf(archive: Buffer, entry: number, name: string): Buffer {
  const method = archive.readUInt16LE(entry + 10)
  const size = archive.readUInt32LE(entry + 20)
  const header = archive.readUInt32LE(entry + 42)
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28)
  const packed = archive.subarray(start, start + size)
  if (method === 0) return packed
  if (method !== DEFLATED) throw new Error(`${name} is packed in way ${method}`)
  return inflateRawSync(packed)
}
