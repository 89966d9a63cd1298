import type { BareJid } from '@heliograph/jid'
import { type Form, type FormField, type FormValues, NS, type StanzaError, stanzaError } from '@heliograph/stanza'
import { tellStatus } from '../administration/carry-out.ts'
import { refusedReading } from '../archive/access.ts'
import { mayReadMembers } from '../authority/privileges.ts'
import { isAtLeast } from '../authority/standing.ts'
import type { ItemIq } from '../iqs/room-iq.ts'
import { announce } from '../presence/announce.ts'
import { sendAll } from '../presence/depart.ts'
import { choiceOf, HUE_FIELD, readHat, readUser, TITLE, URI, USER } from './hat-fields.ts'
import type { Hat, RoomHats } from './room-hats.ts'

/** What a command comes to: nothing to say, a report, or why it can't be. */
export type HatResult = Form | StanzaError | { readonly problem: string } | undefined

/** A command of XEP-0317 §3, which a room has. Those without fields are done at once. */
export interface HatCommand {
  readonly node: string
  readonly name: string
  readonly may: (item: ItemIq) => boolean
  readonly fields: (hats: RoomHats) => readonly FormField[]
  /** `lang`: of the request. */
  readonly run: (item: ItemIq, values: FormValues, lang?: string) => HatResult | Promise<HatResult>
}

const node = (name: string): string => `${NS.mucHatCommands}:${name}`
const administers = ({ room, from }: ItemIq): boolean => isAtLeast(room.affiliationOf(from), 'admin')
const unknown = stanzaError('item-not-found', { text: 'there is no such hat' })
const tooMany = stanzaError('resource-constraint', { text: 'there are too many hats already' })

export const HAT_COMMANDS: readonly HatCommand[] = [
  { node: node('create'), name: 'Create a hat', may: administers, fields: () => [TITLE, URI, HUE_FIELD], run: create },
  { node: node('destroy'), name: 'Destroy a hat', may: administers, fields: (hats) => [choiceOf(hats)], run: destroy },
  {
    node: node('list'),
    name: 'List hats',
    may: ({ room, from }) => refusedReading(room.standingOf(from), room.about.config) === undefined,
    fields: () => [],
    run: ({ room }) => report('Hats', [TITLE, URI, HUE_FIELD], room.about.hats.list.map(rowOf)),
  },
  {
    node: node('assign'),
    name: 'Assign a hat',
    may: administers,
    fields: (hats) => [USER, choiceOf(hats)],
    run: assign,
  },
  {
    node: node('unassign'),
    name: 'Remove a hat from somebody',
    may: administers,
    fields: (hats) => [USER, choiceOf(hats)],
    run: unassign,
  },
  {
    node: node('list-assigned'),
    name: 'List who wears hats',
    may: ({ room, from }) => mayReadMembers(room.standingOf(from), room.about.config),
    fields: () => [],
    run: listAssigned,
  },
]

async function create(item: ItemIq, values: FormValues, lang?: string): Promise<HatResult> {
  const hat = readHat(values, lang)
  if ('problem' in hat) return hat
  const { hats } = item.room.about
  const changed = hats.put(hat)
  if (changed === undefined) return tooMany
  // Nobody is told again what he knows.
  if (changed === hats) return undefined
  await change(item, changed, hats.wearersOf(hat.uri))
  tellStatus(item.muc, item.room, [104])
  return undefined
}

async function destroy(item: ItemIq, values: FormValues): Promise<HatResult> {
  const { hats } = item.room.about
  const uri = values.text(URI.var!)!
  if (hats.named(uri) === undefined) return unknown
  await change(item, hats.destroy(uri), hats.wearersOf(uri))
  tellStatus(item.muc, item.room, [104])
  return undefined
}

async function assign(item: ItemIq, values: FormValues): Promise<HatResult> {
  const read = readUser(values)
  if ('problem' in read) return read
  const { hats } = item.room.about
  const uri = values.text(URI.var!)!
  if (hats.named(uri) === undefined) return unknown
  const changed = hats.give(read.user, uri)
  if (changed === undefined) return tooMany
  if (changed === hats) return undefined
  await change(item, changed, [read.user])
  return undefined
}

async function unassign(item: ItemIq, values: FormValues): Promise<HatResult> {
  const read = readUser(values)
  if ('problem' in read) return read
  const { hats } = item.room.about
  const uri = values.text(URI.var!)!
  if (!hats.wearersOf(uri).includes(read.user)) return stanzaError('item-not-found', { text: 'he doesn’t wear it' })
  await change(item, hats.take(read.user, uri), [read.user])
  return undefined
}

function listAssigned({ room }: ItemIq): HatResult {
  const { hats } = room.about
  const rows = [...hats.worn.keys()].flatMap((user) =>
    hats.of(user).map((hat) => [{ var: USER.var, values: [user] }, ...rowOf(hat)]),
  )
  return report('Who wears hats', [USER, TITLE, URI, HUE_FIELD], rows)
}

/** Stores the hats, then shows those whom it concerns as they are now. */
async function change({ muc, room }: ItemIq, hats: RoomHats, concerned: readonly BareJid[]): Promise<void> {
  await muc.store.setHats(room.jid, hats.stored)
  room.about.hats = hats
  for (const user of concerned) {
    for (const occupant of room.occupants.of(user)) {
      sendAll(room, announce(muc, room, occupant))
      muc.records.changed(room, occupant)
    }
  }
}

function report(title: string, reported: readonly FormField[], items: Form['items']): Form {
  return {
    type: 'result',
    title,
    fields: [],
    reported: reported.map((field) => ({ var: field.var, label: field.label })),
    items,
  }
}

function rowOf({ uri, title, hue }: Hat): FormField[] {
  return [
    { var: TITLE.var, values: [title] },
    { var: URI.var, values: [uri] },
    { var: HUE_FIELD.var, values: hue === undefined ? [] : [hue] },
  ]
}
