import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_LIMITS } from './limits.ts'
import { parseDocument } from './parse-document.ts'
import { type XmlCondition, XmlError } from './xml-error.ts'

function refused(document: string | Buffer, condition: XmlCondition, limits = DEFAULT_LIMITS): void {
  assert.throws(
    () => parseDocument(document, limits),
    (error) => error instanceof XmlError && error.condition === condition,
  )
}

test('a document may have a declaration first and space around its element', () => {
  const parsed = parseDocument(
    "<?xml version='1.0' encoding='UTF-8'?>\n<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>\n",
  )
  assert.equal(parsed.name, 'open')
  assert.equal(parsed.namespace, 'urn:ietf:params:xml:ns:xmpp-framing')
  assert.equal(parseDocument(Buffer.from(' <é>x</é> ')).element.getText(), 'x')
})

test('payload offsets count bytes from the start of the document', () => {
  const { bytes, payloadStart, payloadEnd } = parseDocument("<?xml version='1.0'?> <é a='ü'><b/>é</é> ")
  assert.equal(bytes.subarray(payloadStart, payloadEnd).toString(), '<b/>é')
})

test('everything else is refused', () => {
  refused('', 'not-well-formed')
  refused('x', 'not-well-formed')
  refused('<a/><b/>', 'not-well-formed')
  refused('<a/>x', 'not-well-formed')
  refused('<b:a/>', 'bad-namespace-prefix')
  refused('<!DOCTYPE a><a/>', 'restricted-xml')
  refused('<!-- x --><a/>', 'restricted-xml')
  refused('<a/><!-- x -->', 'restricted-xml')
  refused('<?x?><a/>', 'restricted-xml')
  refused('<a/><?x?>', 'restricted-xml')
  refused("<?xml version='1.0'", 'not-well-formed')
  refused("<?xml version='1.0' encoding='latin1'?><a/>", 'unsupported-encoding')
  refused('<a>\ud800</a>', 'not-well-formed')
  refused(Buffer.from([0x3c, 0x61, 0x2f, 0x3e, 0xff]), 'not-well-formed')
  refused('<a>0123456789</a>', 'policy-violation', { ...DEFAULT_LIMITS, elementBytes: 16 })
})

test("text larger than the reader's scratch space is read the same", () => {
  const long = 'é'.repeat(20_000)
  assert.equal(parseDocument(`<a b='${long}'>${long}</a>`).element.getText(), long)
  // What a longer text left behind is not read by a shorter, unfinished one.
  refused('<é', 'not-well-formed')
  refused("<é a='", 'not-well-formed')
  refused('<é></é', 'not-well-formed')
})
