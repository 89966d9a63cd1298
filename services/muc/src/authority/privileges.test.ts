import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import {
  AFFILIATION_PRIVILEGES,
  affiliationMay,
  mayInvite,
  mayReadMembers,
  maySeeAddresses,
  ROLE_PRIVILEGES,
  roleMay,
} from './privileges.ts'
import { AFFILIATIONS, ROLES } from './standing.ts'

const lines = (table: string) =>
  table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))

test('XEP-0045 §5.1.1: what a role may, cell by cell, in a room as it is by default', () => {
  const table = lines(`
    present              -  +  +  +
    receiveMessages      -  +  +  +
    receivePresence      -  +  +  +
    broadcastPresence    -  +  +  +
    changeAvailability   -  +  +  +
    changeNick           -  +  +  +
    messagePrivately     -  +  +  +
    speak                -  -  +  +
    changeSubject        -  -  -  +
    kick                 -  -  -  +
    grantVoice           -  -  -  +
    revokeVoice          -  -  -  +
  `)
  const found = ROLE_PRIVILEGES.map((privilege) => [
    privilege,
    ...ROLES.map((role) => (roleMay(role, privilege, DEFAULT_CONFIG) ? '+' : '-')),
  ])
  // Nobody who isn't there sends anything, whatever the configuration lets everybody do.
  const nobody = found.find(([name]) => name === 'messagePrivately')
  assert.equal(nobody?.[1], '-')
  assert.deepEqual(found, table)
})

test('XEP-0045 §5.2.1: what an affiliation may, cell by cell', () => {
  const table = lines(`
    enterOpenRoom         -  +  +  +  +
    registerWithOpenRoom  -  +  -  -  -
    enterMembersOnlyRoom  -  -  +  +  +
    ban                   -  -  -  +  +
    editMembers           -  -  -  +  +
    editModerators        -  -  -  +  +
    editAdmins            -  -  -  -  +
    editOwners            -  -  -  -  +
    configure             -  -  -  -  +
    destroy               -  -  -  -  +
  `)
  const found = AFFILIATION_PRIVILEGES.map((privilege) => [
    privilege,
    ...AFFILIATIONS.map((affiliation) => (affiliationMay(affiliation, privilege) ? '+' : '-')),
  ])
  assert.deepEqual(found, table)
})

test('the configuration decides who broadcasts, writes privately and changes the subject', () => {
  const config = {
    ...DEFAULT_CONFIG,
    subjectByParticipants: true,
    presenceBroadcast: ['moderator'] as const,
    privateMessages: 'participants' as const,
  }
  assert.deepEqual(
    ROLES.map((role) => roleMay(role, 'changeSubject', config)),
    [false, false, true, true],
  )
  assert.deepEqual(
    ROLES.map((role) => roleMay(role, 'broadcastPresence', config)),
    [false, false, false, true],
  )
  for (const [allowed, may] of [
    ['anyone', [false, true, true, true]],
    ['participants', [false, false, true, true]],
    ['moderators', [false, false, false, true]],
    ['none', [false, false, false, false]],
  ] as const) {
    const each = { ...DEFAULT_CONFIG, privateMessages: allowed }
    assert.deepEqual(
      ROLES.map((role) => roleMay(role, 'messagePrivately', each)),
      may,
    )
  }
})

test('invitations: everybody who is there in an open room, admins or whoever the room says where members only are let in', () => {
  const member = { role: 'participant', affiliation: 'member' } as const
  const admin = { role: 'none', affiliation: 'admin' } as const
  assert.equal(mayInvite(member, DEFAULT_CONFIG), true)
  assert.equal(mayInvite({ ...member, role: 'none' }, DEFAULT_CONFIG), false)
  const closed = { ...DEFAULT_CONFIG, membersOnly: true }
  assert.equal(mayInvite(member, closed), false)
  assert.equal(mayInvite(admin, closed), true)
  assert.equal(mayInvite(member, { ...closed, invitations: true }), true)
})

test('the member list has addresses: who may not see those may not read it', () => {
  const participant = { role: 'participant', affiliation: 'none' } as const
  const absent = { role: 'none', affiliation: 'member' } as const
  assert.equal(mayReadMembers({ role: 'none', affiliation: 'admin' }, DEFAULT_CONFIG), true)
  assert.equal(mayReadMembers({ role: 'moderator', affiliation: 'none' }, DEFAULT_CONFIG), true)
  assert.equal(mayReadMembers(participant, DEFAULT_CONFIG), false)
  assert.equal(mayReadMembers(absent, DEFAULT_CONFIG), false)
  const open = { ...DEFAULT_CONFIG, addressesFor: 'anyone' as const }
  assert.equal(mayReadMembers(participant, open), true)
  assert.equal(mayReadMembers(absent, open), true)
  assert.equal(mayReadMembers({ role: 'none', affiliation: 'none' }, open), false)
  assert.equal(mayReadMembers(participant, { ...open, memberListFor: ['moderator'] }), false)
  assert.equal(maySeeAddresses('none', open), false)
})
