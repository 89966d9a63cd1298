import { type BareJid, bareOf, isBare, parseJid } from '@heliograph/jid'
import { type Outcome, refuse, reply } from '@heliograph/module'
import { el, NS, readRsm, rsmElement, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { AFFILIATIONS } from '../access/standing.ts'
import type { Affiliate } from '../store/stored.ts'
import { childrenOf, isError, isOwner, type Operation } from './operation.ts'

/** In one answer, and in one request. */
const PAGE = 500

/** XEP-0060 §8.9.1 */
export const listAffiliations: Operation = {
  async handle(iq, { pubsub: around }): Promise<Outcome> {
    if (!(await isOwner(iq))) return refuse(stanzaError('forbidden'))
    const set = around.getChild('set', NS.rsm) as Element | undefined
    const page = set && readRsm(set)
    if (set && !page) return refuse(stanzaError('bad-request'))
    const max = Math.min(page?.max ?? PAGE, PAGE)
    const all = await iq.pubsub.store.people.affiliates(iq.node.about.id, { after: page?.after ?? '', max })
    const items = all.map(({ jid, affiliation }) => el('affiliation', { jid, affiliation }))
    const rsm = set || all.length === PAGE ? rsmElement({ first: all[0]?.jid, last: all.at(-1)?.jid }) : null
    return reply(el('pubsub', { xmlns: NS.pubsubOwner }, el('affiliations', { node: iq.node.name }, items), rsm))
  },
}

/** §8.9.2: all or none. */
export const setAffiliations: Operation = {
  async handle(iq, { element }): Promise<Outcome> {
    const { pubsub: context, node } = iq
    if (!(await isOwner(iq))) return refuse(stanzaError('forbidden'))
    const changes = readChanges(element)
    if (isError(changes)) return refuse(changes)
    const { id, config } = node.about
    const isDone = await context.store.people.setAffiliates(id, changes)
    // §8.9.2.4
    if (!isDone) return refuse(stanzaError('not-acceptable', { text: 'no owner would be left' }))
    if (config.accessModel === 'whitelist') await context.store.people.removeUnlisted(id)
    node.peopleChanged()
    return reply()
  },
}

function readChanges(element: Element): Affiliate[] | StanzaError {
  const changes = new Map<BareJid, Affiliate>()
  for (const { attrs } of childrenOf(element, 'affiliation')) {
    const jid = parseJid(attrs.jid ?? '')
    if (jid === undefined || !isBare(jid)) return stanzaError('bad-request', { text: 'not a bare address' })
    const affiliation = AFFILIATIONS.find((each) => each === attrs.affiliation)
    if (affiliation === undefined) return stanzaError('bad-request', { text: 'not an affiliation' })
    changes.set(bareOf(jid), { jid, affiliation })
  }
  const isFit = changes.size > 0 && changes.size <= PAGE
  return isFit ? [...changes.values()] : stanzaError('bad-request', { text: `takes 1 to ${PAGE} affiliations` })
}
