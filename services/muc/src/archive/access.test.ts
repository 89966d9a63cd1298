import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import { refusedReading, seesAuthors } from './access.ts'

const nobody = { role: 'none', affiliation: 'none' } as const
const member = { role: 'none', affiliation: 'member' } as const
const outcast = { role: 'none', affiliation: 'outcast' } as const
const guest = { role: 'participant', affiliation: 'none' } as const
const moderator = { role: 'moderator', affiliation: 'none' } as const
const absentOwner = { role: 'none', affiliation: 'owner' } as const

test('who may enter now may read', () => {
  assert.equal(refusedReading(nobody, DEFAULT_CONFIG), undefined)
  assert.equal(refusedReading(outcast, DEFAULT_CONFIG), 'forbidden')
  const closed = { ...DEFAULT_CONFIG, membersOnly: true }
  assert.equal(refusedReading(nobody, closed), 'registration-required')
  assert.equal(refusedReading(member, closed), undefined)
  const secret = { ...DEFAULT_CONFIG, passwordProtected: true, password: 'x' }
  assert.equal(refusedReading(nobody, secret), 'forbidden')
  assert.equal(refusedReading(guest, secret), undefined)
  assert.equal(refusedReading(member, secret), undefined)
})

test('real addresses are for those who would see them in the room', () => {
  for (const who of [nobody, member, guest]) assert.equal(seesAuthors(who, DEFAULT_CONFIG), false)
  for (const who of [moderator, absentOwner]) assert.equal(seesAuthors(who, DEFAULT_CONFIG), true)
  const open = { ...DEFAULT_CONFIG, addressesFor: 'anyone' } as const
  for (const who of [nobody, member, guest, moderator, absentOwner]) assert.equal(seesAuthors(who, open), true)
})
