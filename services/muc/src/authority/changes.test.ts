import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import { afterAffiliation, afterConfiguration, refusedAffiliation } from './affiliation-change.ts'
import { initialRole, refusedEntry } from './entry.ts'
import { refusedRole } from './role-change.ts'
import { AFFILIATIONS, type Affiliation, type Role } from './standing.ts'

const moderated = { ...DEFAULT_CONFIG, moderated: true }
const membersOnly = { ...DEFAULT_CONFIG, membersOnly: true }

test('XEP-0045 §5.1.2: the role on entering, by affiliation and sort of room', () => {
  const roles = (config: typeof DEFAULT_CONFIG) => AFFILIATIONS.map((each) => initialRole(each, config))
  assert.deepEqual(roles(DEFAULT_CONFIG), ['none', 'participant', 'participant', 'moderator', 'moderator'])
  assert.deepEqual(roles(moderated), ['none', 'visitor', 'participant', 'moderator', 'moderator'])
  assert.deepEqual(roles(membersOnly), ['none', 'none', 'participant', 'moderator', 'moderator'])
  assert.equal(refusedEntry('outcast', membersOnly), 'forbidden')
  assert.equal(refusedEntry('none', membersOnly), 'registration-required')
  assert.equal(refusedEntry('none', DEFAULT_CONFIG), undefined)
})

/** What four askers are told who want to change a role: a participant, a moderator of no affiliation, an admin, an owner. */
function askers(target: Role, affiliation: Affiliation, to: Role): (string | undefined)[] {
  return (
    [
      ['participant', 'none'],
      ['moderator', 'none'],
      ['moderator', 'admin'],
      ['none', 'owner'],
    ] as const
  ).map(([role, by]) => refusedRole({ role, affiliation: by }, { role: target, affiliation }, to))
}

test('XEP-0045 §5.1.3: who may change which role, cell by cell', () => {
  const no = 'forbidden'
  const never = 'not-allowed'
  const cells: [Role, Affiliation, Role, (string | undefined)[]][] = [
    // kick
    ['visitor', 'none', 'none', [no, undefined, undefined, undefined]],
    ['participant', 'none', 'none', [no, undefined, undefined, undefined]],
    ['participant', 'member', 'none', [no, never, undefined, undefined]],
    ['moderator', 'none', 'none', [no, never, undefined, undefined]],
    ['moderator', 'admin', 'none', [no, never, undefined, undefined]],
    ['moderator', 'owner', 'none', [no, never, never, undefined]],
    // voice
    ['visitor', 'none', 'participant', [no, undefined, undefined, undefined]],
    ['visitor', 'member', 'participant', [no, undefined, undefined, undefined]],
    ['participant', 'none', 'visitor', [no, undefined, undefined, undefined]],
    ['participant', 'member', 'visitor', [no, never, undefined, undefined]],
    // moderators
    ['visitor', 'none', 'moderator', [no, no, undefined, undefined]],
    ['participant', 'none', 'moderator', [no, no, undefined, undefined]],
    ['moderator', 'none', 'participant', [no, no, undefined, undefined]],
    ['moderator', 'none', 'visitor', [no, no, undefined, undefined]],
    ['moderator', 'admin', 'participant', [no, never, never, never]],
    ['moderator', 'owner', 'visitor', [no, never, never, never]],
    ['participant', 'owner', 'visitor', [no, never, never, never]],
    // nothing
    ['moderator', 'owner', 'moderator', [no, undefined, undefined, undefined]],
  ]
  for (const [role, affiliation, to, answers] of cells) {
    assert.deepEqual(askers(role, affiliation, to), answers, `${affiliation} ${role} to ${to}`)
  }
})

test('§8.4: a member who moderates takes voice from those below him only', () => {
  const member = { role: 'moderator', affiliation: 'member' } as const
  assert.equal(refusedRole(member, { role: 'participant', affiliation: 'none' }, 'visitor'), undefined)
  assert.equal(refusedRole(member, { role: 'participant', affiliation: 'member' }, 'visitor'), 'not-allowed')
})

test('XEP-0045 §5.2.2: who may change which affiliation, cell by cell', () => {
  const table: Record<Affiliation, string> = {
    // to:    outcast none member admin owner, by an admin / by an owner
    outcast: '.. .. .. f. f.',
    none: '.. .. .. f. f.',
    member: '.. .. .. f. f.',
    admin: 'n. f. f. .. f.',
    owner: 'n. f. f. f. ..',
  }
  const letter = { forbidden: 'f', 'not-allowed': 'n', conflict: 'c' }
  for (const from of AFFILIATIONS) {
    const found = AFFILIATIONS.map((to) =>
      (['admin', 'owner'] as const)
        .map((by) => refusedAffiliation(by, { from, to, own: false, otherOwners: true }))
        .map((refusal) => (refusal ? letter[refusal] : '.'))
        .join(''),
    ).join(' ')
    assert.equal(found, table[from], from)
    for (const by of ['outcast', 'none', 'member'] as const) {
      for (const to of AFFILIATIONS)
        assert.equal(refusedAffiliation(by, { from, to, own: true, otherOwners: true }), 'forbidden')
    }
  }
})

test('nobody bans himself, and the last owner stays', () => {
  const own = { from: 'owner', own: true } as const
  assert.equal(refusedAffiliation('owner', { ...own, to: 'outcast', otherOwners: true }), 'conflict')
  assert.equal(refusedAffiliation('admin', { from: 'admin', to: 'outcast', own: true, otherOwners: true }), 'conflict')
  assert.equal(refusedAffiliation('owner', { ...own, to: 'member', otherOwners: false }), 'conflict')
  assert.equal(refusedAffiliation('owner', { ...own, to: 'member', otherOwners: true }), undefined)
})

test('what a change of affiliation does to who is there', () => {
  const after = (role: Role, from: Affiliation, to: Affiliation, config = DEFAULT_CONFIG) =>
    Object.values(afterAffiliation(role, { from, to }, config))[0]
  assert.equal(after('participant', 'none', 'outcast'), 301)
  assert.equal(after('moderator', 'owner', 'outcast', membersOnly), 301)
  assert.equal(after('participant', 'member', 'none', membersOnly), 321)
  assert.equal(after('participant', 'member', 'none'), 'participant')
  assert.equal(after('participant', 'member', 'none', moderated), 'visitor')
  assert.equal(after('visitor', 'none', 'member', moderated), 'participant')
  assert.equal(after('visitor', 'member', 'none'), 'visitor')
  assert.equal(after('visitor', 'none', 'admin'), 'moderator')
  assert.equal(after('moderator', 'admin', 'member'), 'participant')
  assert.equal(after('moderator', 'admin', 'none', moderated), 'visitor')
  assert.equal(after('moderator', 'owner', 'admin'), 'moderator')
  assert.equal(after('moderator', 'none', 'member'), 'moderator')
})

test('what a change of the configuration does to who is there', () => {
  const visitor = { role: 'visitor', affiliation: 'none' } as const
  assert.deepEqual(afterConfiguration(visitor, moderated, membersOnly), { removed: 322 })
  assert.deepEqual(afterConfiguration(visitor, moderated, DEFAULT_CONFIG), { role: 'participant' })
  assert.deepEqual(afterConfiguration(visitor, DEFAULT_CONFIG, DEFAULT_CONFIG), { role: 'visitor' })
  assert.deepEqual(afterConfiguration({ role: 'participant', affiliation: 'none' }, DEFAULT_CONFIG, moderated), {
    role: 'participant',
  })
})
