import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BareJid, ensureBare } from '@heliograph/jid'
import { Affiliates } from '../authority/affiliates.ts'
import type { Affiliation, PresentRole } from '../authority/standing.ts'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import type { RoomConfig } from '../forms/room-config.ts'
import type { AffiliationItem, Item } from './items.ts'
import { AFFILIATES_MAX, planChanges, planOwn } from './plan.ts'
import { planConfiguration, type Submission } from './plan-configuration.ts'
import type { OccupantView, RoomView } from './view.ts'

const jid = (name: string): BareJid => ensureBare(`${name}@verona.example`)

/** Owen owns, Ada administers, Mo moderates, Max is a member, Nora and Vic (a visitor) are nothing; all are there. */
function room(config: Partial<RoomConfig> = {}): RoomView<OccupantView> & { people: OccupantView[] } {
  const people = (
    [
      ['owen', 'moderator'],
      ['ada', 'moderator'],
      ['mo', 'moderator'],
      ['max', 'participant'],
      ['nora', 'participant'],
      ['vic', 'visitor'],
    ] as const satisfies readonly (readonly [string, PresentRole])[]
  ).map(([nick, role]): OccupantView => ({ nick, bare: jid(nick), role }))
  return {
    people,
    config: { ...DEFAULT_CONFIG, ...config },
    affiliates: new Affiliates([
      { jid: jid('owen'), affiliation: 'owner' },
      { jid: jid('ada'), affiliation: 'admin' },
      { jid: jid('max'), affiliation: 'member', nick: 'Maximilian' },
    ]),
    occupants: {
      named: (nick) => people.find((each) => each.nick === nick),
      of: (user) => people.filter((each) => each.bare === user),
      [Symbol.iterator]: () => people[Symbol.iterator](),
    },
  }
}

const role = (nick: string, to: 'none' | PresentRole, reason?: string): Item => ({
  kind: 'role',
  nick,
  role: to,
  reason,
})
const give = (to: BareJid, affiliation: Affiliation, nick?: string, reason?: string): AffiliationItem => ({
  kind: 'affiliation',
  jid: to,
  nick,
  affiliation,
  reason,
})

/** The changes in short: `nick affiliation role codes`. */
function outcome(plan: ReturnType<typeof planChanges<OccupantView>>): string[] | string {
  if ('error' in plan) return plan.error.condition
  return plan.effects.map(({ occupant, affiliation, role: to, status }) =>
    [occupant.nick, affiliation, to, ...status].join(' '),
  )
}

const plan = (by: string, items: Item[], config: Partial<RoomConfig> = {}) => planChanges(room(config), jid(by), items)

test('a kick, voice given and taken, and a moderator made', () => {
  assert.deepEqual(outcome(plan('mo', [role('nora', 'none', 'Enough')])), ['nora none none 307'])
  assert.deepEqual(outcome(plan('mo', [role('vic', 'participant'), role('nora', 'visitor')])), [
    'vic none participant',
    'nora none visitor',
  ])
  assert.deepEqual(outcome(plan('ada', [role('nora', 'moderator')])), ['nora none moderator'])
  assert.deepEqual(outcome(plan('mo', [role('vic', 'visitor')])), [])
})

test('one item that may not be is the end of all (§9.2)', () => {
  assert.equal(outcome(plan('mo', [role('nora', 'none'), role('ada', 'none')])), 'not-allowed')
  assert.equal(outcome(plan('ada', [give(jid('nora'), 'outcast'), give(jid('ada'), 'outcast')])), 'conflict')
  assert.equal(outcome(plan('ada', [give(jid('nora'), 'outcast'), give(jid('owen'), 'outcast')])), 'not-allowed')
})

test('who may change nothing is refused before he is told who is there', () => {
  assert.equal(outcome(plan('nora', [role('nobody', 'none')])), 'forbidden')
  assert.equal(outcome(plan('mo', [role('nobody', 'none')])), 'item-not-found')
  assert.equal(outcome(plan('mo', [give(jid('nora'), 'member')])), 'forbidden')
  assert.equal(outcome(plan('stranger', [role('nora', 'none')])), 'forbidden')
})

test('a ban takes the reserved nick, and who is there goes with 301', () => {
  const made = plan('ada', [give(jid('max'), 'outcast', undefined, 'Treason')])
  assert.ok(!('error' in made))
  assert.deepEqual(made.affiliates, [{ jid: jid('max'), affiliation: 'outcast', nick: undefined, reason: 'Treason' }])
  assert.deepEqual(outcome(made), ['max outcast none 301'])
  assert.equal(made.effects[0]?.reason, 'Treason')
})

test('who is not there is told of a change, unless he is invited, did it himself, or it is about a ban (§18.1)', () => {
  const told = (made: ReturnType<typeof planChanges<OccupantView>>) =>
    'error' in made ? made.error.condition : made.absent.map(({ jid: user, affiliation }) => `${user} ${affiliation}`)
  const [far, near, domain] = [jid('far'), jid('nora'), ensureBare('padua.example')]
  assert.deepEqual(told(plan('ada', [give(far, 'member'), give(near, 'member'), give(domain, 'member')])), [
    `${far} member`,
  ])
  assert.deepEqual(told(plan('ada', [give(far, 'member')], { membersOnly: true })), [])
  assert.deepEqual(told(plan('ada', [give(far, 'outcast')])), [])
  assert.deepEqual(told(plan('owen', [give(far, 'admin'), give(far, 'none')])), [])
  assert.deepEqual(told(planOwn(room(), { jid: far, affiliation: 'member', nick: 'x' })), [])
})

test('a ban of a domain removes all of its users but those whom the room knows by themselves', () => {
  const verona = ensureBare('verona.example')
  const others = room()
  others.affiliates.put({ jid: ensureBare('boss@mantua.example'), affiliation: 'owner' })
  assert.deepEqual(outcome(planChanges(others, ensureBare('boss@mantua.example'), [give(verona, 'outcast')])), [
    'mo outcast none 301',
    'nora outcast none 301',
    'vic outcast none 301',
  ])
  assert.equal(outcome(plan('owen', [give(verona, 'outcast')])), 'conflict')
  assert.equal(outcome(plan('owen', [give(verona, 'admin')])), 'not-acceptable')
})

test('members: made, with a nick, in order, and unmade; in a members-only room they go', () => {
  assert.deepEqual(outcome(plan('ada', [give(jid('vic'), 'member', 'Vittorio')])), ['vic member participant'])
  assert.equal(outcome(plan('ada', [give(jid('vic'), 'member', 'Maximilian')])), 'conflict')
  assert.equal(outcome(plan('ada', [give(jid('vic'), 'member', '\u0007')])), 'not-acceptable')
  assert.deepEqual(outcome(plan('ada', [give(jid('max'), 'none'), give(jid('vic'), 'member', 'Maximilian')])), [
    'max none participant',
    'vic member participant',
  ])
  assert.deepEqual(outcome(plan('ada', [give(jid('max'), 'none')], { membersOnly: true })), ['max none none 321'])
  const kept = plan('ada', [give(jid('max'), 'member')])
  assert.ok(!('error' in kept) && kept.affiliates[0]?.nick === 'Maximilian' && kept.effects.length === 0)
  const unset = plan('ada', [give(jid('max'), 'member', '')])
  assert.ok(!('error' in unset) && unset.affiliates[0]?.nick === undefined)
})

test('§9.5: new members of a members-only room who are not there are invited', () => {
  const invited = (config: Partial<RoomConfig>, affiliation: Affiliation) => {
    const made = plan('ada', [give(jid('paris'), affiliation)], config)
    return 'error' in made ? made.error.condition : made.invited
  }
  assert.deepEqual(invited({ membersOnly: true }, 'member'), [jid('paris')])
  assert.deepEqual(invited({ membersOnly: true }, 'outcast'), [])
  assert.deepEqual(invited({}, 'member'), [])
})

test('an affiliation can be given to who has a nick', () => {
  const item = { kind: 'affiliation', jid: undefined, nick: 'nora', affiliation: 'member', reason: undefined } as const
  assert.deepEqual(outcome(plan('ada', [item])), ['nora member participant'])
  assert.equal(outcome(plan('ada', [{ ...item, nick: 'nobody' }])), 'item-not-found')
})

test('the last owner stays one, also when several are changed at once', () => {
  assert.equal(outcome(plan('owen', [give(jid('owen'), 'member')])), 'conflict')
  assert.deepEqual(outcome(plan('owen', [give(jid('ada'), 'owner'), give(jid('owen'), 'admin')])), [
    'ada owner moderator',
    'owen admin moderator',
  ])
})

function configure(config: Partial<RoomConfig>, lists: Partial<Submission> = {}, before: Partial<RoomConfig> = {}) {
  const there = room(before)
  const submission = { owners: undefined, admins: undefined, ...lists, config: { ...there.config, ...config } }
  return planConfiguration(there, jid('owen'), submission)
}

test('§10.2: who is no member goes with 322 when the room becomes members-only', () => {
  const made = configure({ membersOnly: true })
  assert.deepEqual(outcome(made), ['mo none none 322', 'nora none none 322', 'vic none none 322'])
  assert.ok(!('error' in made))
  assert.deepEqual(made.status, [104])
  assert.deepEqual(outcome(configure({ moderated: false }, {}, { moderated: true })), ['vic none participant'])
  assert.deepEqual(outcome(configure({ name: 'x' })), [])
})

test('§10.2: the lists of owners and admins are whole', () => {
  assert.deepEqual(outcome(configure({}, { admins: [jid('nora')] })), [
    'nora admin moderator',
    'ada member participant',
  ])
  assert.deepEqual(outcome(configure({}, { owners: [jid('owen'), jid('ada')] })), ['ada owner moderator'])
  assert.deepEqual(outcome(configure({}, { owners: [jid('ada')], admins: [jid('owen')] })), [
    'ada owner moderator',
    'owen admin moderator',
  ])
  assert.equal(outcome(configure({}, { owners: [] })), 'conflict')
  assert.deepEqual(outcome(configure({ membersOnly: true }, { admins: [jid('nora')] })), [
    'nora admin moderator',
    'ada member participant',
    'mo none none 322',
    'vic none none 322',
  ])
})

/** A room that knows so many members besides. */
function crowded(known: number): RoomView<OccupantView> {
  const view = room()
  for (let i = view.affiliates.size; i < known; i++) view.affiliates.put({ jid: jid(`m${i}`), affiliation: 'member' })
  return view
}

test('users make themselves members as long as the list is half empty; the rest is for those whom admins choose', () => {
  const own = (known: number, user = 'nora') =>
    outcome(planOwn(crowded(known), { jid: jid(user), affiliation: 'member', nick: 'x' }))
  assert.deepEqual(own(AFFILIATES_MAX / 2 - 1), ['nora member participant'])
  assert.equal(own(AFFILIATES_MAX / 2), 'resource-constraint')
  // Who is in the list already may have another nick.
  assert.deepEqual(own(AFFILIATES_MAX, 'max'), [])
  const given = planChanges(crowded(AFFILIATES_MAX / 2), jid('ada'), [give(jid('nora'), 'member')])
  assert.deepEqual(outcome(given), ['nora member participant'])
})

test('no number of members is in the way of bans', () => {
  const full = crowded(AFFILIATES_MAX)
  const changes = (...items: Item[]) => outcome(planChanges(full, jid('ada'), items))
  assert.equal(changes(give(jid('nora'), 'member')), 'resource-constraint')
  assert.deepEqual(changes(give(jid('nora'), 'outcast')), ['nora outcast none 301'])
  // What makes the list no longer is no matter of room.
  assert.deepEqual(changes(give(jid('nora'), 'outcast'), give(jid('max'), 'none')), [
    'nora outcast none 301',
    'max none participant',
  ])
})

test('who may change nobody is told so before the lists are looked at', () => {
  const view = room()
  view.affiliates.copy = () => assert.fail('copied')
  for (const by of ['nora', 'max', 'nobody'])
    assert.equal(outcome(planChanges(view, jid(by), [give(jid('vic'), 'outcast')])), 'forbidden')
})
