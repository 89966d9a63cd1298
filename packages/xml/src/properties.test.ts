import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Element } from './element.ts'
import { Framer } from './framer.ts'
import { DEFAULT_LIMITS, type XmlLimits } from './limits.ts'
import { parseElement } from './parse.ts'
import { parseDocument } from './parse-document.ts'
import { scopeOf } from './scope.ts'
import { serialize } from './serialize.ts'
import { serializeContent } from './serialize-content.ts'
import { XmlError } from './xml-error.ts'

const HEADER = Buffer.from("<s:stream xmlns='c' xmlns:s='streams'>")

function isXml(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML forbids
  return text.isWellFormed() && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)
}

const anyText = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ unit: fc.constantFrom(...'<>&\'"] \r\n\té🦁;#x') }))
  .filter(isXml)
const local = fc.oneof(fc.constantFrom('a', 'body', 'item', 'é'), fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9._-]{0,6}$/))
const uri = fc.constantFrom('', 'c', 'u', 'jabber:iq:roster')

interface Node {
  readonly name: string
  readonly xmlns: string | undefined
  readonly prefix: string | undefined
  readonly attrs: Readonly<Record<string, string>>
  readonly children: readonly (Node | string)[]
}

const tree = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    name: local,
    xmlns: fc.option(uri, { nil: undefined }),
    prefix: fc.option(fc.constantFrom('p', 'q'), { nil: undefined }),
    attrs: fc.dictionary(
      local.filter((name) => name !== 'xmlns'),
      anyText,
      { maxKeys: 3, noNullPrototype: true },
    ),
    children: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.array(anyText, { maxLength: 2 }),
      fc.array(fc.oneof(anyText, tie('node')), { maxLength: 4 }),
    ),
  }),
})).node

function build(node: Node): Element {
  const element = new Element(node.prefix === undefined ? node.name : `${node.prefix}:${node.name}`, node.attrs)
  if (node.prefix !== undefined) element.attrs[`xmlns:${node.prefix}`] = `urn:${node.prefix}`
  if (node.xmlns !== undefined) element.attrs.xmlns = node.xmlns
  for (const child of node.children) element.cnode(typeof child === 'string' ? child : build(child))
  return element
}

/** What a tree means: expanded names, attributes but declarations, text joined. */
function meaning(element: Element): unknown {
  const children: unknown[] = []
  for (const child of element.children) {
    if (child === '') continue
    const last = children.length - 1
    if (typeof child !== 'string') children.push(meaning(child as Element))
    else if (typeof children[last] === 'string') children[last] += child
    else children.push(child)
  }
  const attrs = Object.entries(element.attrs).filter(([name]) => !name.startsWith('xmlns'))
  return [`{${element.getNS() ?? ''}}${element.getName()}`, attrs.sort(), children]
}

test('a tree that is written and read again means the same', () => {
  fc.assert(
    fc.property(tree, (node) => {
      const element = build(node)
      const parsed = parseDocument(serialize(element))
      assert.deepEqual(meaning(parsed.element), meaning(element))
      assert.equal(serialize(parseDocument(serialize(parsed.element)).element), serialize(parsed.element))
    }),
  )
})

test('content in canonical form means the same below any root', () => {
  fc.assert(
    fc.property(tree, (node) => {
      const root = parseDocument(serialize(build({ ...node, xmlns: node.xmlns ?? 'c' }))).element
      const rootNs = root.getNS() ?? ''
      const { xml, children } = serializeContent(root.children, rootNs)
      const again = parseDocument(`<r xmlns='${rootNs}'>${xml}</r>`)
      assert.equal(again.canonical, true)
      assert.deepEqual(again.children, children)
      assert.deepEqual((meaning(again.element) as unknown[])[2], (meaning(root) as unknown[])[2])
      const elsewhere = parseDocument(`<r xmlns='other'>${xml}</r>`).element
      assert.equal(serializeContent(elsewhere.children, 'other').xml, xml)
    }),
  )
})

/** Everything a framer and the parser find, as text. */
function read(bytes: Buffer, cuts: readonly number[], limits: XmlLimits = DEFAULT_LIMITS): string[] {
  const events: string[] = []
  const scope = { defaultNs: 'c', prefixes: new Map([['s', 'streams']]) }
  const framer = new Framer(limits, {
    onOpen: () => void events.push('open'),
    onElement: (element, flags) => {
      const parsed = parseElement(element, scope, limits, flags)
      assert.equal(parsed.element.toString(), parseElement(element, scope, limits).element.toString())
      events.push(parsed.element.toString(), String(parsed.canonical))
    },
    onClose: () => void events.push('close'),
    onError: (error) => void events.push(error.condition),
  })
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    const chunk = Buffer.from(bytes.subarray(from, cut))
    framer.push(chunk)
    chunk.fill(0x3c)
    from = cut
  }
  return events
}

const stanzas = fc
  .array(tree, { minLength: 1, maxLength: 3 })
  .map((nodes) => Buffer.concat([HEADER, ...nodes.map((node) => Buffer.from(serialize(build(node))))]))

test('bytes fed one by one or cut anywhere are read as the whole is', () => {
  fc.assert(
    fc.property(stanzas, fc.array(fc.nat(2000), { maxLength: 5 }), (bytes, places) => {
      const whole = read(bytes, [])
      const single = Array.from({ length: bytes.length }, (_, i) => i)
      assert.deepEqual(read(bytes, single), whole)
      const cuts = places.map((place) => place % bytes.length).sort((a, b) => a - b)
      assert.deepEqual(read(bytes, cuts), whole)
    }),
    { numRuns: 60 },
  )
})

/** A change to bytes: put, cut out, or repeat. */
const mutation = fc.record({
  at: fc.nat(3000),
  drop: fc.nat(3),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 3 }),
    fc
      .constantFrom(
        '<',
        '>',
        '/',
        '&',
        ';',
        '"',
        "'",
        ']]>',
        '<![CDATA[',
        '<!--',
        '<?',
        '</a>',
        ' ',
        '=',
        ':',
        '&#',
        'é',
        'xmlns:',
      )
      .map((text) => Buffer.from(text)),
  ),
})

test('damaged bytes are refused or read, the same however they are cut, and never throw anything else', () => {
  fc.assert(
    fc.property(stanzas, fc.array(mutation, { minLength: 1, maxLength: 3 }), (bytes, mutations) => {
      let damaged = bytes
      for (const { at, drop, insert } of mutations) {
        const place = HEADER.length + (at % (damaged.length - HEADER.length + 1))
        damaged = Buffer.concat([damaged.subarray(0, place), insert, damaged.subarray(place + drop)])
      }
      const whole = read(damaged, [])
      const single = Array.from({ length: damaged.length }, (_, i) => i)
      assert.deepEqual(read(damaged, single), whole)
      // Whatever was accepted is well-formed when written again.
      for (const event of whole) if (event.startsWith('<')) parseElement(Buffer.from(event), scopeOf(''))
    }),
    { numRuns: 300 },
  )
})

test('any bytes at all are a document or an XmlError', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.string({ unit: fc.constantFrom(...'<a/> =\'"&;![]-?:x') })),
      (input) => {
        try {
          parseDocument(typeof input === 'string' ? input : Buffer.from(input))
        } catch (error) {
          if (!(error instanceof XmlError)) throw error
        }
      },
    ),
    { numRuns: 500 },
  )
})
