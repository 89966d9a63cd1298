import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StanzaSplitter } from './stanza-splitter.ts'

const HEADER = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='a>b'>`
const ELEMENTS = [
  `<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>`,
  `<message from="a@b" id='x>y'><body>1 &lt; 2</body><x><y/><y></y></x></message>`,
  `<r xmlns='urn:xmpp:sm:3'/>`,
  `<message><body><![CDATA[<not a tag>]]></body></message>`,
  `<presence/>`,
]

function split(chunks: Iterable<string>): { elements: string[]; ends: number } {
  const elements: string[] = []
  let ends = 0
  const splitter = new StanzaSplitter(
    (xml) => elements.push(xml),
    () => {
      ends += 1
    },
  )
  for (const chunk of chunks) splitter.push(chunk)
  return { elements, ends }
}

describe('StanzaSplitter', () => {
  it('finds every top-level element of one chunk', () => {
    const { elements, ends } = split([`${HEADER}${ELEMENTS.join('')}</stream:stream>`])
    assert.deepEqual(elements, ELEMENTS)
    assert.equal(ends, 1)
  })

  it('finds the same when fed character by character', () => {
    const { elements, ends } = split(`${HEADER}\n${ELEMENTS.join(' ')}</stream:stream>`)
    assert.deepEqual(elements, ELEMENTS)
    assert.equal(ends, 1)
  })

  it('keeps nothing of an old stream after a reset', () => {
    const elements: string[] = []
    const splitter = new StanzaSplitter(
      (xml) => elements.push(xml),
      () => {},
    )
    splitter.push('<message><bo')
    splitter.reset()
    splitter.push('<presence/>')
    assert.deepEqual(elements, ['<presence/>'])
  })
})
