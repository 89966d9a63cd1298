import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Framer } from './framer.ts'
import { DEFAULT_LIMITS, type XmlLimits } from './limits.ts'
import { parseElement } from './parse.ts'
import type { StreamHeader } from './stream-header.ts'

const HEADER =
  "<stream:stream to='example.org' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"

/** Feeds a framer and writes down what it finds. */
class Recorder {
  readonly events: string[] = []
  readonly framer: Framer
  header: StreamHeader | undefined

  constructor(limits: XmlLimits = DEFAULT_LIMITS, onElement?: (bytes: Buffer) => void) {
    this.framer = new Framer(limits, {
      onOpen: (header) => {
        this.header = header
        this.events.push(`open ${header.to}`)
      },
      onElement: (bytes, flags) => {
        this.events.push(`${bytes}${flags}`)
        onElement?.(bytes)
      },
      onClose: () => void this.events.push('close'),
      onError: (error) => void this.events.push(error.condition),
    })
  }
}

function feed(xml: string | Buffer, size: number, limits?: XmlLimits): string[] {
  const recorder = new Recorder(limits)
  const bytes = Buffer.from(xml)
  for (let i = 0; i < bytes.length; i += size) {
    const chunk = Buffer.from(bytes.subarray(i, i + size))
    recorder.framer.push(chunk)
    // The chunk belongs to the caller again.
    chunk.fill(0)
  }
  return recorder.events
}

const STREAMS: readonly (readonly [string, readonly string[]])[] = [
  [HEADER, ['open example.org']],
  [`<?xml version='1.0'?>${HEADER}</stream:stream>`, ['open example.org', 'close']],
  [`<?xml version="1.0" encoding="utf-8" standalone='yes' ?>\r\n${HEADER}`, ['open example.org']],
  [` \n${HEADER} \n<a/> </stream:stream \n> <b/>`, ['open example.org', '<a/>0', 'close']],
  [`${HEADER}<a b="/>'" c='"'><b/>é</a><c></c >`, ['open example.org', '<a b="/>\'" c=\'"\'><b/>é</a>1', '<c></c >0']],
  [
    `${HEADER}<a><![CDATA[</a>]]]]><b></b><![CDATA[]]></a><c/>`,
    ['open example.org', '<a><![CDATA[</a>]]]]><b></b><![CDATA[]]></a>0', '<c/>0'],
  ],
  ["<stream to='x'/>", ['open x', 'close']],
  ["<x:stream to='y' xmlns:x='u'></x:stream>", ['open y', 'close']],
  // What is wrong with a stream
  ['x', ['not-well-formed']],
  ['\ufeff<a/>', ['not-well-formed']],
  ['\x16\x03\x01\x02\x00', ['not-well-formed']],
  ['GET / HTTP/1.1\r\n\r\n', ['not-well-formed']],
  ["<?xml version='1.0' encoding='ISO-8859-1'?>", ['unsupported-encoding']],
  ["<?xml version='1.0' encoding='UTF-16'?>", ['unsupported-encoding']],
  ["<?xml version='2.0'?>", ['not-well-formed']],
  ["<?xml encoding='UTF-8'?>", ['not-well-formed']],
  ["<?xml version='1.0'?><?xml version='1.0'?>", ['restricted-xml']],
  [` <?xml version='1.0'?>`, ['restricted-xml']],
  ['<?php echo ?>', ['restricted-xml']],
  ['<!DOCTYPE x>', ['restricted-xml']],
  ['<!-- x -->', ['restricted-xml']],
  ['<stream:stream>', ['bad-namespace-prefix']],
  ["<stream to='x' to='y'>", ['not-well-formed']],
  ["<stream to='&foo;'>", ['restricted-xml']],
  ['</stream:stream>', ['not-well-formed']],
  [`${HEADER}x`, ['open example.org', 'bad-format']],
  [`${HEADER}<![CDATA[x]]>`, ['open example.org', 'bad-format']],
  [`${HEADER}</stream>`, ['open example.org', 'not-well-formed']],
  [`${HEADER}<a/><!-- x -->`, ['open example.org', '<a/>0', 'restricted-xml']],
  [`${HEADER}<a><?x y?></a>`, ['open example.org', 'restricted-xml']],
  [`${HEADER}<a><!DOCTYPE x></a>`, ['open example.org', 'restricted-xml']],
  [`${HEADER}<a b='<`, ['open example.org', 'not-well-formed']],
  [`${HEADER}<a <`, ['open example.org', 'not-well-formed']],
  [`${HEADER}<a></a<`, ['open example.org', 'not-well-formed']],
  [`${HEADER}<a><![CDxTA[`, ['open example.org', 'not-well-formed']],
]

test('a stream is split the same however its bytes are cut', () => {
  for (const [xml, expected] of STREAMS) {
    for (const size of [1, 2, 3, 7, 50, 1000]) assert.deepEqual(feed(xml, size), expected, `${size}: ${xml}`)
  }
})

test('the header tells its namespaces and attributes', () => {
  const recorder = new Recorder()
  recorder.framer.push(Buffer.from(HEADER.replace('>', " from='a@b' id='i' xml:lang='en'>")))
  const header = recorder.header!
  assert.equal(header.namespace, 'http://etherx.jabber.org/streams')
  assert.deepEqual(
    [header.qname, header.name, header.from, header.id, header.version, header.lang],
    ['stream:stream', 'stream', 'a@b', 'i', '1.0', 'en'],
  )
  assert.equal(header.scope.defaultNs, 'jabber:client')
  assert.deepEqual([...header.scope.prefixes], [['stream', 'http://etherx.jabber.org/streams']])
})

test('limits hold whether an element comes at once or in parts', () => {
  const limits: XmlLimits = { ...DEFAULT_LIMITS, elementBytes: 20, headerBytes: HEADER.length, depth: 2 }
  for (const size of [1, 1000]) {
    assert.deepEqual(feed(`${HEADER}<a>${'x'.repeat(13)}</a>`, size, limits).length, 2)
    assert.deepEqual(feed(`${HEADER}<a>${'x'.repeat(14)}</a>`, size, limits), ['open example.org', 'policy-violation'])
    assert.deepEqual(feed(`${HEADER}<a b='${'x'.repeat(99)}`, size, limits), ['open example.org', 'policy-violation'])
    assert.deepEqual(
      feed(`${HEADER}<a><b/></a><a><b><c/>`, size, limits).slice(1),
      ['<a><b/></a>0', '<a><b><c/>0'].slice(0, 1),
    )
    assert.deepEqual(feed(`${HEADER}<a><b><c>`, size, limits), ['open example.org', 'policy-violation'])
    assert.deepEqual(feed(`<?xml version='1.0'?>${HEADER}`, size, limits), ['policy-violation'])
  }
})

test('limits can be raised within a stream', () => {
  const recorder = new Recorder({ ...DEFAULT_LIMITS, elementBytes: 10 })
  recorder.framer.push(Buffer.from(HEADER))
  recorder.framer.setLimits(DEFAULT_LIMITS)
  recorder.framer.push(Buffer.from('<a>0123456789</a>'))
  assert.deepEqual(recorder.events, ['open example.org', '<a>0123456789</a>0'])
})

test('the callee can stop, take what waits, and begin a new stream', () => {
  const recorder: Recorder = new Recorder(DEFAULT_LIMITS, () => recorder.framer.stop())
  recorder.framer.push(Buffer.from(`${HEADER}<starttls/><a/>`))
  recorder.framer.push(Buffer.from('<b/>'))
  assert.equal(recorder.framer.stopped, true)
  assert.deepEqual(recorder.events.splice(0), ['open example.org', '<starttls/>0'])
  assert.equal(recorder.framer.takeRest().toString(), '<a/><b/>')
  assert.equal(recorder.framer.takeRest().length, 0)
  recorder.framer.reset()
  recorder.framer.resume()
  recorder.framer.push(Buffer.from(`${HEADER}<c/>`))
  assert.deepEqual(recorder.events, ['open example.org', '<c/>0'])
})

test('after a stop the waiting elements come one by one', () => {
  const recorder: Recorder = new Recorder(DEFAULT_LIMITS, () => recorder.framer.stop())
  recorder.framer.push(Buffer.from(`${HEADER}<a/><b/><c`))
  recorder.framer.resume()
  assert.deepEqual(recorder.events, ['open example.org', '<a/>0', '<b/>0'])
  recorder.framer.push(Buffer.from('/>'))
  recorder.framer.resume()
  assert.deepEqual(recorder.events.slice(3), ['<c/>0'])
})

test('what waits is bounded', () => {
  const recorder = new Recorder({ ...DEFAULT_LIMITS, elementBytes: 1000 })
  recorder.framer.stop()
  const chunk = Buffer.alloc(60_000, ' ')
  recorder.framer.push(chunk)
  assert.deepEqual(recorder.events, [])
  recorder.framer.push(chunk)
  assert.deepEqual(recorder.events, ['policy-violation'])
})

test('a new stream can begin inside a callback', () => {
  const recorder: Recorder = new Recorder(DEFAULT_LIMITS, () => recorder.framer.reset())
  recorder.framer.push(Buffer.from(`${HEADER}<success/><?xml version='1.0'?>${HEADER}<a/>`))
  assert.deepEqual(recorder.events, ['open example.org', '<success/>0', 'open example.org', '<a/>0'])
})

test('an XmlError thrown by the callee ends the stream, another error is passed on', () => {
  const recorder = new Recorder(DEFAULT_LIMITS, (bytes) => void parseElement(bytes, recorder.header!.scope))
  recorder.framer.push(Buffer.from(`${HEADER}<a>\u0001</a><b/>`))
  assert.deepEqual(recorder.events.slice(2), ['not-well-formed'])
  const broken = new Recorder(DEFAULT_LIMITS, () => {
    throw new RangeError('bug')
  })
  assert.throws(() => broken.framer.push(Buffer.from(`${HEADER}<a/>`)), RangeError)
})

test('white space between elements is counted', () => {
  let count = 0
  const framer = new Framer(DEFAULT_LIMITS, {
    onOpen() {},
    onElement() {},
    onClose() {},
    onError: assert.ifError,
    onWhitespace: (n) => {
      count += n
    },
  })
  framer.push(Buffer.from(`${HEADER} \n<a> </a>\t`))
  framer.push(Buffer.from(' '))
  assert.equal(count, 4)
})

test('what comes in one chunk with the end, and after it, is told', () => {
  const trailers: string[] = []
  const sink = { onOpen() {}, onElement() {}, onClose() {}, onError: assert.fail }
  for (const end of ['</body>', '</body> \n', '</body><more/>']) {
    const framer = new Framer(DEFAULT_LIMITS, { ...sink, onTrailer: (bytes) => void trailers.push(bytes.toString()) })
    framer.push(Buffer.from(`<body xmlns='urn:x'><a/>${end}`))
  }
  new Framer(DEFAULT_LIMITS, { ...sink, onTrailer: (bytes) => void trailers.push(bytes.toString()) }).push(
    Buffer.from('<body/>x'),
  )
  assert.deepEqual(trailers, [' \n', '<more/>', 'x'])
})

test('single bytes cost no more than linear time', () => {
  const events: number[] = []
  const framer = new Framer(DEFAULT_LIMITS, {
    onOpen() {},
    onElement: (bytes) => void events.push(bytes.length),
    onClose() {},
    onError: assert.ifError,
  })
  framer.push(Buffer.from(HEADER))
  const bytes = Buffer.from(`<a>${'x'.repeat(200_000)}</a>`)
  const start = process.cpuUsage()
  for (let i = 0; i < bytes.length; i++) framer.push(bytes.subarray(i, i + 1))
  assert.deepEqual(events, [bytes.length])
  // Copying all that came before for each byte would take minutes.
  assert.ok(process.cpuUsage(start).user < 5_000_000)
})
