import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { payloadXml } from '../notify/item-xml.ts'
import { readPublication } from './read-publication.ts'

const read = (given: object) => readPublication(JSON.stringify(given))

test('a publication is an element, or JSON in its container (XEP-0335), with ids or without', () => {
  const element = read({ id: 'e1', item: 'i', payload: "<?xml version='1.0'?>\n<x xmlns='a:b'>&lt;</x>" })
  assert.ok(typeof element === 'object' && element.payload)
  assert.deepEqual([element.id, element.item], ['e1', 'i'])
  assert.equal(payloadXml(element.payload).toString(), "<x xmlns='a:b'>&lt;</x>")
  const json = read({ json: { a: '<\u0000\ufffe>' } })
  assert.ok(typeof json === 'object' && json.payload)
  assert.equal(
    payloadXml(json.payload).toString(),
    `<json xmlns='urn:xmpp:json:0'>{"a":"&lt;\\u0000\\ufffe&gt;"}</json>`,
  )
  assert.deepEqual(read({}), { id: undefined, item: undefined, payload: undefined })
})

test('what is none says why', () => {
  for (const body of ['', 'x', '[]', 'null', '"x"']) assert.equal(readPublication(body), 'not a JSON object')
  for (const given of [
    { id: 1 },
    { id: '' },
    { item: '\u0007' },
    { item: '\ud800' },
    { payload: '<x/>' },
    { payload: "<x xmlns='a'>" },
    { payload: "<!DOCTYPE x><x xmlns='a'/>" },
    { payload: "<x xmlns='a'/>", json: 1 },
  ])
    assert.equal(typeof read(given), 'string', JSON.stringify(given))
})

test('nothing makes it throw', () => {
  fc.assert(fc.property(fc.json(), (text) => void readPublication(text)))
  fc.assert(fc.property(fc.string(), (payload) => void read({ payload })))
})
