import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { Affiliates } from './affiliates.ts'

const romeo = ensureBare('romeo@montague.example')
const tybalt = ensureBare('tybalt@capulet.example')
const capulets = ensureBare('capulet.example')

test('a user comes before his domain (XEP-0045 §9.2)', () => {
  const known = new Affiliates([
    { jid: capulets, affiliation: 'outcast' },
    { jid: romeo, affiliation: 'owner', nick: 'Romeo' },
  ])
  assert.equal(known.of(ensureFull('tybalt@capulet.example/orchard')), 'outcast')
  assert.equal(known.of(capulets), 'outcast')
  known.put({ jid: tybalt, affiliation: 'member' })
  assert.equal(known.of(tybalt), 'member')
  assert.equal(known.of(ensureFull('romeo@montague.example/x')), 'owner')
  assert.equal(known.of(ensureBare('nurse@verona.example')), 'none')
})

test('nicks are kept for one each, and owners counted', () => {
  const known = new Affiliates([{ jid: romeo, affiliation: 'owner', nick: 'Romeo' }])
  assert.equal(known.holderOf('Romeo'), romeo)
  assert.equal(known.hasOtherOwners(romeo), false)
  assert.equal(known.hasOtherOwners(tybalt), true)
  known.put({ jid: tybalt, affiliation: 'owner' })
  assert.equal(known.hasOtherOwners(romeo), true)
  const tried = known.copy()
  tried.put({ jid: romeo, affiliation: 'none' })
  assert.equal(tried.hasOtherOwners(tybalt), false)
  assert.equal(tried.holderOf('Romeo'), undefined)
  assert.equal(tried.size, 1)
  assert.equal(known.size, 2)
  assert.equal(known.nickOf(romeo), 'Romeo')
  assert.deepEqual(
    [...known.list('owner')].map((each) => each.jid),
    [romeo, tybalt],
  )
})
