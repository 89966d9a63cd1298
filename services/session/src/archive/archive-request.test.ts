import assert from 'node:assert/strict'
import { test } from 'node:test'
import { el, NS } from '@heliograph/stanza'
import { stanza } from '../../test/support/people.ts'
import { readRequest } from './archive-request.ts'

const read = (content: string, pageMax = 50) => {
  const request = stanza(`<iq type='set' id='1'><query xmlns='${NS.mam}' queryid='q'>${content}</query></iq>`)
  return readRequest(request.child('query', NS.mam)!, pageMax)
}
const form = (fields: string, type = 'submit') =>
  `<x xmlns='jabber:x:data' type='${type}'><field var='FORM_TYPE' type='hidden'><value>${NS.mam}</value></field>${fields}</x>`
const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`
const rsm = (content: string) => `<set xmlns='${NS.rsm}'>${content}</set>`

test('an empty query asks for the first page of everything', () => {
  assert.deepEqual(read(''), {
    queryId: 'q',
    filter: { with: undefined, start: undefined, end: undefined },
    page: { from: 'start', max: 50, after: undefined },
    countOnly: false,
  })
  assert.equal((readRequest(el('query', { xmlns: NS.mam }), 5) as { queryId?: string }).queryId, undefined)
})

test('filters are read', () => {
  const request = read(
    form(
      field('with', 'Juliet@Capulet.Example') +
        field('start', '2026-01-01T00:00:00Z') +
        field('end', '2026-01-02T00:00:00Z'),
    ),
  )
  assert.ok('filter' in request)
  assert.deepEqual(request.filter, {
    with: 'juliet@capulet.example',
    start: Date.UTC(2026, 0, 1),
    end: Date.UTC(2026, 0, 2),
  })
})

test('pages are read', () => {
  const page = (content: string) => {
    const request = read(rsm(content))
    return 'page' in request ? request.page : request
  }
  assert.deepEqual(page('<max>10</max>'), { from: 'start', max: 10, after: undefined })
  assert.deepEqual(page('<max>1000</max><after>7</after>'), { from: 'start', max: 50, after: 7 })
  assert.deepEqual(page('<before/>'), { from: 'end', max: 50, before: undefined })
  assert.deepEqual(page('<before>9</before>'), { from: 'end', max: 50, before: 9 })
  assert.deepEqual(page('<after>not ours</after>'), { from: 'start', max: 50, after: -1 })
  const count = read(rsm('<max>0</max>'))
  assert.equal('countOnly' in count && count.countOnly, true)
})

const refused: [content: string, condition: string][] = [
  [form(field('colour', 'red')), 'feature-not-implemented'],
  [form(field('start', 'yesterday')), 'bad-request'],
  [form(field('with', '@')), 'bad-request'],
  [rsm('<max>many</max>'), 'bad-request'],
  [rsm('<index>5</index>'), 'bad-request'],
]

for (const [content, condition] of refused) {
  test(`refused with ${condition}: ${content.slice(-70)}`, () => {
    const error = read(content)
    assert.equal('condition' in error && error.condition, condition)
  })
}
