import assert from 'node:assert/strict'
import { test } from 'node:test'
import { el, NS, readStanza } from '@heliograph/stanza'
import { filterForm, searchForm } from './archive-filter.ts'
import { idsNamed, readRequest } from './archive-request.ts'

const read = (content: string, pageMax = 50) => {
  const request = readStanza(
    Buffer.from(`<iq type='set' id='1'><query xmlns='${NS.mam}' queryid='q'>${content}</query></iq>`),
  )
  return readRequest(request.child('query', NS.mam)!, { pageMax, offered: filterForm })
}
const form = (fields: string, type = 'submit') =>
  `<x xmlns='jabber:x:data' type='${type}'><field var='FORM_TYPE' type='hidden'><value>${NS.mam}</value></field>${fields}</x>`
const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`
const rsm = (content: string) => `<set xmlns='${NS.rsm}'>${content}</set>`

test('an empty query asks for the first page of everything', () => {
  assert.deepEqual(read(''), {
    queryId: 'q',
    filter: {},
    page: { from: 'start', max: 50, after: undefined },
    countOnly: false,
    flipped: false,
  })
  assert.equal(
    (readRequest(el('query', { xmlns: NS.mam }), { pageMax: 5, offered: filterForm }) as { queryId?: string }).queryId,
    undefined,
  )
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
  const { filter } = request
  assert.equal(filter.with, 'juliet@capulet.example')
  assert.deepEqual([filter.start, filter.end], [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)])
})

test('messages are named by id, each once; what is no id of an archive is one that is not found', () => {
  const many = (name: string, values: string[]) =>
    `<field var='${name}'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`
  const named = (content: string) => {
    const request = read(content)
    assert.ok('filter' in request, content)
    return idsNamed(request)
  }
  assert.deepEqual(named(form(field('after-id', '5') + field('before-id', '9')) + rsm('<after>7</after>')), [7, 5, 9])
  assert.deepEqual(named(form(many('ids', ['3', '4', '3']) + field('after-id', '3'))), [3, 4])
  assert.deepEqual(named(form(field('after-id', '') + field('before-id', '') + field('ids', ''))), [])
  for (const bad of ['0', '-1', '007', '1.5', '1e3', 'x', '9007199254740993', '99999999999999999999'])
    for (const name of ['after-id', 'before-id', 'ids']) assert.deepEqual(named(form(field(name, bad))), [-1], bad)
  const ids = Array.from({ length: 1001 }, (_, at) => `${at + 1}`)
  assert.equal(named(form(many('ids', ids.slice(1)))).length, 1000)
  assert.equal((read(form(many('ids', ids))) as { condition?: string }).condition, 'bad-request')
})

test('a page may be asked for the other way round, and groupchat included where there is none', () => {
  const flipped = read(`<flip-page/>${rsm('<max>3</max>')}`)
  assert.ok('flipped' in flipped && flipped.flipped)
  assert.ok('filter' in read(form(field('include-groupchat', 'true'))))
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
  [form(field('include-groupchat', 'perhaps')), 'bad-request'],
  [form(`<field var='after-id'><value>1</value><value>2</value></field>`), 'bad-request'],
  [form(field('with', 'a@b'), 'result'), 'bad-request'],
  [`<x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', 'urn:other')}</x>`, 'bad-request'],
  [rsm('<max>many</max>'), 'bad-request'],
  [rsm('<index>5</index>'), 'bad-request'],
]

for (const [content, condition] of refused) {
  test(`refused with ${condition}: ${content.slice(-70)}`, () => {
    const error = read(content)
    assert.equal('condition' in error && error.condition, condition)
  })
}

test('text can be searched for where that is offered, and only so much of it (XEP-0431)', () => {
  const ask = (text: string, offered = searchForm) => {
    const x = form(field('{urn:xmpp:fulltext:0}fulltext', text))
    const request = readStanza(Buffer.from(`<iq type='set' id='1'><query xmlns='${NS.mam}'>${x}</query></iq>`))
    return readRequest(request.child('query', NS.mam)!, { pageMax: 5, offered })
  }
  const textIn = (request: ReturnType<typeof ask>) => ('filter' in request ? request.filter.text : request.condition)
  assert.equal(textIn(ask('so fair')), 'so fair')
  assert.equal(textIn(ask('')), undefined)
  assert.equal(textIn(ask('x'.repeat(257))), 'bad-request')
  assert.equal(textIn(ask('so fair', filterForm)), 'feature-not-implemented')
})
