import { bareOf, type Jid, parseJid } from '@heliograph/jid'
import { defineModule, type Outcome, refuse, reply } from '@heliograph/module'
import { el, iqSet, NS, type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { IqContext } from '../modules/iq-context.ts'
import { type OwnContext, onOwnGet, onOwnSet } from '../modules/own.ts'
import { BlockList } from './block-list.ts'
import { storeBlockList } from './block-store.ts'
import { hideFrom, showTo } from './effects.ts'
import { type AbuseReport, fileReports, readReport } from './report.ts'

const LIST = `{${NS.blocking}}blocklist`
const BLOCK = `{${NS.blocking}}block`
const UNBLOCK = `{${NS.blocking}}unblock`

/** Addresses on one list; further ones are refused. */
const BLOCKED_MAX = 1_000
/** More than one can say in a stanza is no use; lists are rewritten as a whole. */
const LIST_BYTES = 262_144

/** XEP-0191: Blocking Command, with the reports of XEP-0377 in it. */
export const blockingModule = defineModule<IqContext>({
  name: 'blocking',
  xeps: [
    { number: '0191', version: '1.3' },
    { number: '0377', version: '0.4.1', note: 'reports go to the operators of this server, nowhere else' },
  ],
  features: { server: [NS.blocking, NS.reporting], account: [NS.blocking, NS.reporting] },
  iq: [...onOwnGet(LIST, list), ...onOwnSet(BLOCK, block), ...onOwnSet(UNBLOCK, unblock)],
})

/** §3.2. Who asks for the list hears of its changes (§3.3). */
function list(_request: Stanza, { session, user, resource }: OwnContext): Outcome {
  resource.watchesBlocks = true
  session.records.changed(user, resource)
  return reply(el('blocklist', { xmlns: NS.blocking }, itemsOf(user.blocked ?? [])))
}

/** §3.3. */
function block(request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const items = itemElements(request, 'block')
  if (items.length === 0) return refuse(stanzaError('bad-request'))
  const jids = readJids(items, context)
  if ('condition' in jids) return refuse(jids)
  const reports: AbuseReport[] = []
  for (const [at, item] of items.entries()) {
    const report = readReport(item, jids[at]!)
    if (report === 'malformed') return refuse(stanzaError('bad-request', { text: 'a report needs a reason' }))
    if (report) reports.push(report)
  }
  return context.chore(async () => {
    const { session, user } = context
    const before = user.blocked
    const all = new Set([...(before ?? []), ...jids])
    if (all.size > BLOCKED_MAX || bytesOf(all) > LIST_BYTES) return refuse(stanzaError('resource-constraint'))
    if (all.size > (before?.size ?? 0)) {
      await storeBlockList(session.db, user.jid, [...all])
      user.blocked = new BlockList(user.jid, all)
      hideFrom(session, user, before, jids)
    }
    push(context, 'block', jids)
    await fileReports(session, user, reports)
    return reply()
  })
}

/** §3.4, and without items §3.5: everybody. */
function unblock(request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const jids = readJids(itemElements(request, 'unblock'), context)
  if ('condition' in jids) return refuse(jids)
  return context.chore(async () => {
    const { session, user } = context
    const before = [...(user.blocked ?? [])]
    const left = jids.length === 0 ? [] : before.filter((jid) => !jids.includes(jid))
    if (left.length < before.length) {
      await storeBlockList(session.db, user.jid, left)
      user.blocked = left.length > 0 ? new BlockList(user.jid, left) : undefined
      showTo(
        session,
        user,
        before.filter((jid) => !left.includes(jid)),
      )
    }
    push(context, 'unblock', jids)
    return reply()
  })
}

function itemElements(request: Stanza, command: string): Element[] {
  return (request.child(command, NS.blocking)?.getChildren('item', NS.blocking) ?? []) as Element[]
}

function readJids(items: readonly Element[], { user }: IqContext): readonly Jid[] | StanzaError {
  const jids: Jid[] = []
  for (const { attrs } of items) {
    if (attrs.jid === undefined) return stanzaError('bad-request')
    const jid = parseJid(String(attrs.jid))
    if (jid === undefined) return stanzaError('jid-malformed')
    // §4: nobody is kept from talking to himself.
    if (bareOf(jid) === user.jid) return stanzaError('not-allowed')
    jids.push(jid)
  }
  return jids
}

function bytesOf(jids: Iterable<Jid>): number {
  let bytes = 0
  for (const jid of jids) bytes += Buffer.byteLength(jid)
  return bytes
}

function itemsOf(jids: Iterable<Jid>) {
  return [...jids].map((jid) => el('item', { jid }))
}

/** §3.3, §3.4: to all resources that have asked for the list. */
function push({ session, user }: IqContext, command: 'block' | 'unblock', jids: readonly Jid[]): void {
  for (const resource of user.resources) {
    if (!resource.watchesBlocks) continue
    const id = `${command}-${session.clock.next(0)}`
    const told = iqSet({ id, to: resource.jid, from: user.jid }, el(command, { xmlns: NS.blocking }, itemsOf(jids)))
    user.afterCommit.pass(() => session.outgoing.deliver(user, resource, told))
  }
}
