import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_LIMITS, type ParsedElement, type StreamHeader, type XmlError } from '@heliograph/xml'
import { BodyIntake } from './body-intake.ts'

const NS = "xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'"
const CREATE = `<body ${NS} rid='1' to='capulet.example' xml:lang='de' xmpp:version='1.0'/>`

class Sink {
  readonly heard: string[] = []
  header: StreamHeader | undefined
  stopAt = ''
  intake!: BodyIntake

  onOpen(header: StreamHeader): void {
    this.header = header
    this.heard.push(`open ${header.to}`)
  }
  onParsed({ name, namespace }: ParsedElement): void {
    this.heard.push(`${name} ${namespace}`)
    if (name === this.stopAt) this.intake.stop()
  }
  onClose(): void {
    this.heard.push('close')
  }
  onError({ condition }: XmlError): void {
    this.heard.push(condition)
  }
}

function intake(stopAt = ''): { sink: Sink; push: (xml: string) => void; intake: BodyIntake } {
  const sink = new Sink()
  sink.stopAt = stopAt
  sink.intake = new BodyIntake(DEFAULT_LIMITS, sink)
  return { sink, intake: sink.intake, push: (xml) => sink.intake.push(Buffer.from(xml)) }
}

const body = (content: string, attributes = '') => `<body ${NS} rid='2' sid='s' ${attributes}>${content}</body>`

test('the first body opens the stream, others carry payloads, the last ends it', () => {
  const { sink, push } = intake()
  push(CREATE)
  push(body("<auth xmlns='urn:x'/>\n<message/>"))
  push(body("<presence xmlns='jabber:client'/>", "type='terminate'"))
  assert.deepEqual(sink.heard, [
    'open capulet.example',
    'auth urn:x',
    'message jabber:client',
    'presence jabber:client',
    'close',
  ])
  assert.equal(sink.header?.lang, 'de')
})

test('a restart opens it again, for whom it was, and its payload is ignored', () => {
  const { sink, push, intake: reader } = intake()
  push(CREATE)
  reader.reset()
  push(body('<message/>', "xmpp:restart='true'"))
  assert.deepEqual(sink.heard, ['open capulet.example', 'open capulet.example'])
  assert.equal(sink.header?.version, '1.0')
})

test('stopped within a body, it goes on there', () => {
  const { sink, push, intake: reader } = intake('b')
  push(CREATE)
  push(body('<a/><b/><c/>'))
  push(body('<d/>'))
  assert.equal(sink.heard.at(-1), 'b jabber:client')
  reader.resume()
  assert.deepEqual(sink.heard.slice(-3), ['b jabber:client', 'c jabber:client', 'd jabber:client'])
})

for (const [what, xml, condition] of [
  ['a restart of an open stream', body('', "xmpp:restart='true'"), 'bad-format'],
  ['text between payloads', body('text'), 'bad-format'],
  ['a body without end', `<body ${NS} rid='2' sid='s'><a/>`, 'not-well-formed'],
  ['a payload without end', `<body ${NS} rid='2' sid='s'><a>`, 'not-well-formed'],
  ['something after the end', `${body('')}<more/>`, 'not-well-formed'],
  ['something after an empty body', `<body ${NS} rid='2' sid='s'/>x`, 'not-well-formed'],
  ['another end', `<body ${NS} rid='2' sid='s'></bodies>`, 'not-well-formed'],
  ['a comment', body('<!-- x -->'), 'restricted-xml'],
  ['a payload that is not well-formed', body('<a b=c/>'), 'not-well-formed'],
  ['a prefix that nobody declared', body('<x:a/>'), 'bad-namespace-prefix'],
  [
    'bytes that are not UTF-8',
    Buffer.concat([Buffer.from(`<body ${NS} rid='2' sid='s'><a>`), Buffer.from([0xff]), Buffer.from('</a></body>')]),
    'not-well-formed',
  ],
] as const) {
  test(`refused: ${what}`, () => {
    const { sink, push, intake: reader } = intake()
    push(CREATE)
    reader.push(Buffer.from(xml))
    assert.equal(sink.heard.at(-1), condition)
    const heard = sink.heard.length
    push(body('<a/>'))
    assert.equal(sink.heard.length, heard)
  })
}

test('after authentication nothing comes before the restart', () => {
  const { sink, push, intake: reader } = intake()
  push(CREATE)
  reader.reset()
  push(body('<message/>'))
  assert.equal(sink.heard.at(-1), 'bad-format')
})

test('what waits while stopped has a bound', () => {
  const { sink, push, intake: reader } = intake()
  push(CREATE)
  reader.stop()
  for (let i = 0; i < 17; i++) push(body('<a/>'))
  assert.equal(sink.heard.at(-1), 'policy-violation')
})
