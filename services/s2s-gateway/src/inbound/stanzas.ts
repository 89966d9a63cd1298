import { Envelope, Kind, Op } from '@heliograph/bus'
import { type Domain, domainOf, type Jid } from '@heliograph/jid'
import { pairKey } from '@heliograph/ownership'
import { checkStanza, errorReply, Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import { bringIn } from '../bring-in.ts'
import { refusal } from '../federation/refusal.ts'
import { pairConcernedBy, tellPair } from '../multicast/hearing.ts'
import { DENIED } from '../outbound/failure.ts'
import { isSilent } from '../pairs/give-back.ts'
import { afterAll } from '../receive.ts'
import { type Copy, copiesOf, isForSeveral } from './several.ts'
import type { Source } from './source.ts'

/** What a stanza costs beside its payload while it is on its way. */
const OVERHEAD = 512

/** A stanza of another server: its addresses are checked, then it goes to the owner of its `to`. */
export function acceptStanza(source: Source, parsed: ParsedElement): void {
  const { context, stream, authority, lang } = source
  const stanza = Stanza.from(parsed)
  if (stanza === undefined) return stream.close({ condition: 'unsupported-stanza-type' })
  if (authority.isEmpty) return stream.close({ condition: 'not-authorized' })
  const count = source.intake.nextCount()
  const { from } = stanza
  // RFC 6120 §8.1.2.2, §8.1.1.2: between servers both addresses are there, and the sender's is the peer's to use.
  if (from === undefined || !authority.has(domainOf(from))) return stream.close({ condition: 'invalid-from' })
  const inherits = lang !== undefined && stanza.lang === undefined && /^[a-z]{1,8}(-[a-z0-9]{1,8}){0,3}$/i.test(lang)
  const stamped = inherits ? stanza.with({ lang }) : stanza
  if (stanza.to === undefined) {
    if (stanza.malformed !== 'to') return stream.close({ condition: 'improper-addressing' })
    return answer(source, stamped, { from, count, error: stanzaError('jid-malformed') })
  }
  const local = domainOf(stanza.to)
  if (!source.context.isOurs(local))
    return stream.close({ condition: 'improper-addressing', text: 'not a domain of this server' })
  if (!authority.covers(domainOf(from), local)) return stream.close({ condition: 'invalid-from' })
  context.events.received()
  const error = checkStanza(stanza) ?? judge(source, stanza, domainOf(from))
  if (error !== undefined) return answer(source, stamped, { from, count, error })
  const said = { from, count }
  const remote = pairConcernedBy(stamped)
  if (remote !== undefined) return tellPair(context, { stanza: stamped, remote }, () => source.intake.settled(count))
  if (isForSeveral(context, stamped)) return bringToSeveral(source, stamped, said)
  bring(source, { stanza: stamped, ingress: { stream: source.intake.ingress, count } }, from, () =>
    source.intake.settled(count),
  )
}

/** What policy has against it. Whoever sends more than it may isn't read for a while. */
function judge({ context, intake }: Source, stanza: Stanza, remote: Domain): StanzaError | undefined {
  const traffic = context.policy.of(remote).inbound
  if (traffic === undefined) return stanzaError(DENIED.condition, { text: DENIED.text })
  const wait = context.allowances.in.spend(remote, traffic.rates, stanza.payload.length + OVERHEAD)
  if (wait > 0) intake.slowDown(wait)
  const failure = refusal(traffic, stanza)
  if (failure === undefined) return undefined
  context.refusals.tell(remote, 'in', stanza, failure)
  return stanzaError(failure.condition, { text: failure.text })
}

interface Said {
  readonly from: Jid
  /** Its place among those of its stream. */
  readonly count: number
}

/** One of them that can't be brought comes back by itself. */
function bringToSeveral(source: Source, stanza: Stanza, { from, count }: Said): void {
  const { context, intake } = source
  const copies = copiesOf(context, stanza, { stream: intake.ingress, count })
  if ('condition' in copies) return answer(source, stanza, { from, count, error: copies })
  context.events.expanded()
  const settled = afterAll(copies.length, () => intake.settled(count))
  for (const copy of copies) bring(source, copy, from, settled)
}

function bring(source: Source, { stanza, ingress }: Copy, from: Jid, settled: () => void): void {
  const { context, intake } = source
  const bytes = stanza.payload.length + OVERHEAD
  intake.depart(bytes)
  bringIn(context, stanza, ingress, (outcome) => {
    intake.arrive(bytes)
    if (outcome === 'taken') return settled()
    const condition = outcome === 'expired' ? 'remote-server-timeout' : 'resource-constraint'
    answer(source, stanza, { from, count: ingress.count, error: stanzaError(condition) }, settled)
  })
}

/** An error goes back on the stream that goes there, like all else for that domain. */
function answer(
  source: Source,
  stanza: Stanza,
  { from, count, error }: Said & { readonly error: StanzaError },
  settled = () => source.intake.settled(count),
): void {
  const { context, local } = source
  const ours: Domain | undefined = stanza.to === undefined ? local : domainOf(stanza.to)
  const reply = isSilent(stanza) ? undefined : errorReply(stanza, error)
  if (reply === undefined || ours === undefined) return settled()
  const envelope = new Envelope(Op.route)
  envelope.stanza = reply.from === undefined ? reply.with({ from: ours }) : reply
  context.router.transfer(Kind.domain, pairKey(ours, domainOf(from)), envelope, (outcome) => {
    if (outcome !== 'taken') context.events.unanswered()
    settled()
  })
}
