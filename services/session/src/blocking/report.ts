import type { Database } from '@heliograph/database'
import type { BareJid, Jid } from '@heliograph/jid'
import { el, NS, stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { SessionContext } from '../context.ts'
import { forward } from '../pipeline/forward.ts'
import type { User } from '../users/user.ts'

const WORDS_MAX = 2_000
const REASON_MAX = 256
const ID_MAX = 256
const IDS_MAX = 20
/** Reports of one user in a day; further ones block, and are told to nobody. */
const DAILY_MAX = 50
const KEPT_DAYS = 90

/** What a user says of somebody he blocks (XEP-0377 §3). */
export interface AbuseReport {
  readonly reported: Jid
  readonly reason: string
  readonly words: string
  /** Stanza ids of the messages meant, as `by id`. */
  readonly stanzaIds: readonly string[]
  /** The user agrees that it is passed on: to the origin of the messages, to others (XEP-0377 §4). */
  readonly toOrigin: boolean
  readonly toOthers: boolean
}

/** The report in an item of a block command; undefined when it has none. */
export function readReport(item: Element, reported: Jid): AbuseReport | 'malformed' | undefined {
  const report = item.getChild('report', NS.reporting)
  if (!report) return undefined
  const reason = String(report.attrs.reason ?? '')
  // XEP-0377 §3: a report must have a reason.
  if (reason === '' || reason.length > REASON_MAX) return 'malformed'
  const ids = report.getChildren('stanza-id', NS.stanzaId).slice(0, IDS_MAX)
  return {
    reported,
    reason,
    words: (report.getChildText('text', NS.reporting) ?? '').trim().slice(0, WORDS_MAX),
    stanzaIds: ids.map(({ attrs }) => `${attrs.by ?? ''} ${attrs.id ?? ''}`.slice(0, ID_MAX)),
    toOrigin: report.getChild('report-origin', NS.reporting) !== undefined,
    toOthers: report.getChild('third-party', NS.reporting) !== undefined,
  }
}

/** Stores reports and tells the operators. The block stands whatever becomes of them. */
export async function fileReports(context: SessionContext, user: User, reports: readonly AbuseReport[]): Promise<void> {
  for (const report of reports) {
    try {
      const stored = await storeReport(context, user, report)
      context.events.abuseReported(stored ? kindOf(report.reason) : 'refused')
      if (stored) tellOperators(context, user, report)
    } catch (error) {
      context.log.error('report_lost', { jid: user.jid, error })
    }
  }
}

function kindOf(reason: string): 'spam' | 'abuse' | 'other' {
  if (reason === 'urn:xmpp:reporting:spam') return 'spam'
  return reason === 'urn:xmpp:reporting:abuse' ? 'abuse' : 'other'
}

/** False when the user has reported too much already. */
async function storeReport({ db }: SessionContext, user: User, report: AbuseReport): Promise<boolean> {
  const { reported, reason, words, stanzaIds, toOrigin, toOthers } = report
  const { count } = await db.fencedQuery(
    'abuse_report_put',
    `INSERT INTO abuse_reports (reporter, reported, reason, words, stanza_ids, to_origin, to_others)
     SELECT $1, $2, $3, $4, $5::text[], $6::boolean, $7::boolean
     WHERE (SELECT count(*) FROM abuse_reports WHERE reporter = $1 AND at > now() - interval '1 day') < $8::int
     RETURNING id`,
    [user.jid, reported, reason, words, stanzaIds, toOrigin, toOthers, DAILY_MAX],
  )
  await db.query('abuse_reports_prune', `DELETE FROM abuse_reports WHERE at < now() - interval '${KEPT_DAYS} days'`)
  return count > 0
}

function tellOperators(context: SessionContext, user: User, report: AbuseReport): void {
  const { reported, reason, words, stanzaIds } = report
  const body = `${user.jid} blocked ${reported} and reported ${reason}${words && `: ${words}`}`
  const ids = stanzaIds.map((stanzaId) => {
    const [by, id] = stanzaId.split(' ')
    return el('stanza-id', { xmlns: NS.stanzaId, by, id })
  })
  const payload = el('report', { xmlns: NS.reporting, reason }, words && el('text', null, words), ids)
  for (const to of context.config.reportsTo) {
    const id = `report-${context.clock.next(0)}`
    forward(context, user, stanza('message', { id, from: user.domain, to }, el('body', null, body), payload))
  }
}

export async function eraseReports(db: Database, reporter: BareJid): Promise<void> {
  await db.fencedQuery('abuse_reports_erase', 'DELETE FROM abuse_reports WHERE reporter = $1 RETURNING id', [reporter])
}
