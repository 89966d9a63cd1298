import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Element } from '@heliograph/xml'
import { StreamReader } from './stream-reader.ts'

function reading(): { reader: StreamReader; seen: string[]; elements: Element[] } {
  const seen: string[] = []
  const elements: Element[] = []
  const reader = new StreamReader({
    onOpen: (header) => seen.push(`open ${header.attrs.id}`),
    onElement: (element) => {
      elements.push(element)
      seen.push(element.getName())
    },
    onClose: () => seen.push('close'),
  })
  return { reader, seen, elements }
}

const STREAM =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='urn:s' id='7'>" +
  "<stream:features><a xmlns='urn:a'/></stream:features><message><body>gr\u00fc\u00df &amp; \u{1f389}</body></message></stream:stream>"

test('bytes in any portions give the same elements, with the namespaces of the header', () => {
  const { reader, seen, elements } = reading()
  for (const byte of Buffer.from(STREAM)) reader.write(Uint8Array.of(byte))
  assert.deepEqual(seen, ['open 7', 'features', 'message', 'close'])
  assert.equal(elements[0]?.is('features', 'urn:s'), true)
  assert.equal(elements[1]?.is('message', 'jabber:client'), true)
  assert.equal(elements[1]?.getChildText('body'), 'gr\u00fc\u00df & \u{1f389}')
})

test('what is not well-formed is refused', () => {
  const { reader } = reading()
  assert.throws(() => reader.write(Buffer.from('<stream><a></b>')))
})
