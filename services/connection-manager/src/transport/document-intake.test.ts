import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { XmlError } from '@heliograph/xml'
import { DocumentIntake } from './document-intake.ts'

const LIMITS = { elementBytes: 10_000, headerBytes: 8_192, depth: 64, attributes: 64, nameLength: 1_024 }
const OPEN = Buffer.from(`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='capulet.example' version='1.0'/>`)
const MESSAGE = Buffer.from(`<message xmlns='jabber:client'/>`)

function stopped(): { intake: DocumentIntake; parsed: () => number; errors: XmlError[] } {
  let count = 0
  const errors: XmlError[] = []
  const intake = new DocumentIntake(LIMITS, {
    onOpen: () => {},
    onParsed: () => count++,
    onClose: () => {},
    onError: (error) => errors.push(error),
  })
  intake.push(OPEN)
  intake.stop()
  return { intake, parsed: () => count, errors }
}

test('many small messages of one read wait until the client is read again', () => {
  const { intake, parsed, errors } = stopped()
  for (let i = 0; i < 2_000; i++) intake.push(MESSAGE)
  assert.equal(parsed(), 0)
  intake.resume()
  assert.equal(parsed(), 2_000)
  assert.deepEqual(errors, [])
})

test('a transport that goes on although it was paused ends the stream', () => {
  const { intake, errors } = stopped()
  for (let i = 0; i < 5_000; i++) intake.push(MESSAGE)
  assert.deepEqual(
    errors.map(({ condition }) => condition),
    ['policy-violation'],
  )
})
