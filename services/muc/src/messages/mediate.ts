import { isUnavailable } from '@heliograph/database'
import { bareOf, isDomain, type Jid, parseJid } from '@heliograph/jid'
import { el, NS, stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { AFFILIATES_MAX } from '../administration/plan.ts'
import { type Arrived, refuse, say } from '../arrived.ts'
import { mayInvite } from '../authority/privileges.ts'
import { isAtLeast } from '../authority/standing.ts'
import type { MucContext } from '../context.ts'
import { slows } from '../limits/slows.ts'

/** More at once are not invited. */
const INVITEES_MAX = 20

/** Invitations that go through the room, and their declines (XEP-0045 §7.8.2). */
export function mediate(context: MucContext, arrived: Arrived): void | Promise<void> {
  const { room, stanza: message, from } = arrived
  const x = message.child('x', NS.mucUser)
  const invites = (x?.getChildren('invite') ?? []) as Element[]
  const decline = x?.getChild('decline') as Element | undefined
  if (decline) return passDecline(context, arrived, decline)
  if (invites.length === 0) return refuse(context, arrived, 'bad-request')
  if (!room.occupants.by(from)) return refuse(context, arrived, 'not-acceptable')
  return invite(context, arrived, invites)
}

async function invite(context: MucContext, arrived: Arrived, invites: readonly Element[]): Promise<void> {
  const { room, from } = arrived
  const { config, affiliates } = room.about
  if (!mayInvite(room.standingOf(from), config)) return refuse(context, arrived, 'forbidden')
  const invitees = invites.map(({ attrs }) => parseJid((attrs.to as string | undefined) ?? ''))
  if (invitees.length > INVITEES_MAX) return refuse(context, arrived, 'not-acceptable')
  if (!invitees.every((jid) => jid !== undefined && !isDomain(jid))) return refuse(context, arrived, 'jid-malformed')
  if (slows(context, arrived)) return
  const strangers = (invitees as Jid[]).map(bareOf).filter((jid) => affiliates.of(jid) === 'none')
  // Or they could not enter.
  if (config.membersOnly && strangers.length > 0) {
    const members = [...new Set(strangers)].map((jid) => ({
      ...affiliates.get(jid),
      jid,
      affiliation: 'member' as const,
    }))
    const unknown = members.filter(({ jid }) => affiliates.get(jid) === undefined)
    if (affiliates.size + unknown.length > AFFILIATES_MAX) return refuse(context, arrived, 'resource-constraint')
    try {
      await context.store.setAffiliates(room.jid, members)
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return refuse(context, arrived, 'resource-constraint')
    }
    for (const member of members) affiliates.put(member)
  }
  for (const [i, invitee] of (invitees as Jid[]).entries()) sendInvitation(context, arrived, invitee, invites[i]!)
  arrived.taken()
}

function sendInvitation(context: MucContext, { room, from, stanza: message }: Arrived, to: Jid, given: Element): void {
  const { config } = room.about
  const occupant = room.occupants.by(from)!
  // Who sees no addresses in the room isn't told one by it.
  const inviter =
    config.addressesFor === 'anyone' || isAtLeast(room.affiliationOf(from), 'admin') ? bareOf(from) : occupant.jid
  const invitation = el('invite', { from: inviter }, ...partsOf(given, ['reason', 'continue']))
  const password = config.passwordProtected ? el('password', null, config.password) : null
  const x = el('x', { xmlns: NS.mucUser }, invitation, password)
  say(context, room, stanza('message', { from: room.jid, to, id: message.id }, x))
}

/** To who invited, by the name under which he did. */
function passDecline(context: MucContext, arrived: Arrived, decline: Element): void {
  const { room, from, stanza: message } = arrived
  if (room.affiliationOf(from) === 'outcast') return refuse(context, arrived, 'forbidden')
  if (slows(context, arrived)) return
  const named = parseJid((decline.attrs.to as string | undefined) ?? '')
  if (named === undefined) return refuse(context, arrived, 'jid-malformed')
  const occupant = [...room.occupants].find(({ jid, bare }) => jid === named || bare === bareOf(named))
  // Only who is here can have invited: the room is no way to write to anybody else, and doesn't tell who is here.
  if (!occupant) return arrived.taken()
  const told = el('decline', { from: bareOf(from) }, ...partsOf(decline, ['reason']))
  const x = el('x', { xmlns: NS.mucUser }, told)
  for (const { jid } of occupant.sessions)
    say(context, room, stanza('message', { from: room.jid, to: jid, id: message.id }, x))
  arrived.taken()
}

/** Those children, with nothing of theirs but text and attributes. */
function partsOf(element: Element, names: readonly string[]): Element[] {
  return names.flatMap((name) => {
    const child = element.getChild(name)
    if (!child) return []
    const thread = child.attrs.thread as string | undefined
    return [el(name, thread === undefined ? null : { thread }, child.getText())]
  })
}
