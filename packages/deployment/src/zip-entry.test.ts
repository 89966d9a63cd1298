import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { zipEntry } from './zip-entry.ts'

function archive(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, text] of Object.entries(files)) {
    const packed = deflateRawSync(text)
    const local = Buffer.alloc(30)
    local.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(at, 42)
    parts.push(local, Buffer.from(name), packed)
    directory.push(entry, Buffer.from(name))
    at += 30 + name.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, ...directory, end])
}

test('a file is found in an archive by its name', () => {
  const zip = archive({ 'a/b': 'one', 'helm/helm': 'two' })
  assert.equal(zipEntry(zip, 'a/b').toString(), 'one')
  assert.equal(zipEntry(zip, 'helm/helm').toString(), 'two')
  assert.throws(() => zipEntry(zip, 'c'), /has no c/)
  assert.throws(() => zipEntry(Buffer.alloc(40), 'c'), /no zip archive/)
})
