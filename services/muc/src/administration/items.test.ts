import assert from 'node:assert/strict'
import { test } from 'node:test'
import { el, NS } from '@heliograph/stanza'
import { ITEMS_MAX, readItems, readListItem } from './items.ts'

type Attrs = Record<string, string>

const query = (...items: Attrs[]) =>
  el(
    'query',
    { xmlns: NS.mucAdmin },
    items.map(({ reason, ...attrs }) => el('item', attrs, reason !== undefined && el('reason', null, reason))),
  )

const problem = (...items: Attrs[]): string => {
  const read = readItems(query(...items))
  return 'error' in read ? read.error.condition : ''
}

test('roles and affiliations, by nick and by bare address', () => {
  assert.deepEqual(
    readItems(
      query(
        { nick: 'pistol', role: 'none', reason: ' Avaunt! ' },
        { jid: 'Scroop@england.example/x', affiliation: 'outcast' },
      ),
    ),
    {
      items: [
        { kind: 'role', nick: 'pistol', role: 'none', reason: 'Avaunt!' },
        {
          kind: 'affiliation',
          jid: 'scroop@england.example',
          nick: undefined,
          affiliation: 'outcast',
          reason: undefined,
        },
      ],
    },
  )
})

test('what is no request', () => {
  assert.equal(problem(), 'bad-request')
  assert.equal(problem({ nick: 'x' }), 'bad-request')
  assert.equal(problem({ nick: 'x', role: 'visitor', affiliation: 'none', jid: 'a@b.example' }), 'bad-request')
  assert.equal(problem({ nick: 'x', role: 'king' }), 'bad-request')
  assert.equal(problem({ jid: 'a@b.example', role: 'visitor' }), 'bad-request')
  assert.equal(problem({ jid: 'a@b.example', affiliation: 'king' }), 'bad-request')
  assert.equal(problem({ affiliation: 'member' }), 'bad-request')
  assert.equal(problem({ jid: '@', affiliation: 'member' }), 'jid-malformed')
  assert.equal(problem({ nick: 'x', role: 'none', reason: 'y'.repeat(1_001) }), 'not-acceptable')
  const many = Array.from({ length: ITEMS_MAX + 1 }, () => ({ nick: 'x', role: 'none' }))
  assert.equal(problem(...many), 'not-acceptable')
})

test('lists are asked for by one role or one affiliation', () => {
  assert.deepEqual(readListItem(query({ role: 'participant' })), { role: 'participant' })
  assert.deepEqual(readListItem(query({ affiliation: 'outcast' })), { affiliation: 'outcast' })
  for (const items of [
    [],
    [{ role: 'none' }],
    [{ affiliation: 'none' }],
    [{ affiliation: 'x' }],
    [{}],
    [{ role: 'visitor', affiliation: 'member' }],
    [{ role: 'visitor' }, { role: 'participant' }],
  ] as Attrs[][])
    assert.equal(readListItem(query(...items)), undefined)
})
