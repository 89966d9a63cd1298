import { type Domain, parseDomain } from '@heliograph/jid'
import type { ParsedElement } from '@heliograph/xml'
import { type Verdict, verdictXml } from '../dialback/elements.ts'
import { openStream } from '../outbound/open-stream.ts'
import { unprovenAccepted } from '../trust/accepted.ts'
import { unfit } from '../trust/unfit.ts'
import type { Inbound } from './inbound.ts'

/** Keys of one stream that may be being verified at once. */
const MOST_VERIFYING = 16
/** Of a stream's id, which is answered as it came. */
const LONGEST_ID = 256

/** Who says something of keys, and to which of our domains. */
interface Claim {
  readonly local: Domain
  readonly remote: Domain
  readonly key: string
}

/** Dialback on a stream that another server opened: a key of its own, or a question about one of ours (XEP-0220 §2.2). */
export function handleDialback(inbound: Inbound, parsed: ParsedElement): void {
  const { name, element } = parsed
  const { stream } = inbound
  const { from = '', to = '', id, type } = element.attrs as Record<string, string | undefined>
  const [local, remote] = [parseDomain(to), parseDomain(from)]
  if (stream.tls === undefined) return stream.close({ condition: 'policy-violation', text: 'TLS is required' })
  if (local === undefined || remote === undefined) return stream.close({ condition: 'improper-addressing' })
  // Answers come on streams that we opened.
  if (type !== undefined) return
  if (id !== undefined && id.length > LONGEST_ID) return stream.close({ condition: 'policy-violation' })
  const claim: Claim = { local, remote, key: element.getText() }
  if (name === 'verify') verify(inbound, claim, id ?? '')
  else if (name === 'result') void judge(inbound, claim)
  else stream.close({ condition: 'unsupported-stanza-type' })
}

/** We are asked whether a key is ours (§2.2.2). */
function verify(inbound: Inbound, { local, remote, key }: Claim, id: string): void {
  const parties = { from: local, to: remote, id }
  const verdict = (): Verdict => {
    if (!inbound.context.isOurs(local)) return 'item-not-found'
    return inbound.context.keys.isKeyFor(key, remote, local, id) ? 'valid' : 'invalid'
  }
  inbound.say(verdictXml('verify', parties, verdict()))
}

/** Somebody shows a key in a domain's name (§2.2.1). */
async function judge(inbound: Inbound, claim: Claim): Promise<void> {
  const { context, stream } = inbound
  const { local, remote } = claim
  inbound.verifying++
  const found = await verdictOn(inbound, claim)
  inbound.verifying--
  if (stream.over) return
  const verdict = found === 'valid' && !granted(inbound, claim) ? 'resource-constraint' : found
  inbound.say(verdictXml('result', { from: local, to: remote }, verdict))
  if (verdict === 'valid') {
    inbound.proved(remote, local)
    stream.limit(context.xml)
    inbound.returns.open({ local, remote })
    return
  }
  inbound.refused(remote, `dialback: ${verdict}`)
  // §2.2.1: who spoofs a domain, and has proven nothing else, is sent away.
  if (verdict === 'invalid' && inbound.authority.isEmpty) stream.close()
}

function granted({ ticket, authority }: Inbound, { local, remote }: Claim): boolean {
  return ticket.proves(remote) && authority.grantPair(remote, local)
}

async function verdictOn(inbound: Inbound, { local, remote, key }: Claim): Promise<Verdict> {
  const { context, stream, id } = inbound
  if (!inbound.context.isOurs(local)) return 'item-not-found'
  const terms = context.policy.of(remote)
  const isTaken = terms.inbound !== undefined && terms.authentication === 'dialback'
  if (inbound.context.isOurs(remote) || !isTaken) return 'policy-violation'
  if (stream.tls !== undefined && unfit(stream.tls, terms) !== undefined) return 'policy-violation'
  if (inbound.verifying > MOST_VERIFYING) return 'resource-constraint'
  // Whoever shows a good certificate needn't be asked about.
  if (stream.tls !== undefined && unprovenAccepted(stream.tls, remote, context) === undefined) return 'valid'
  const between = { local, remote }
  return context.inquiries.ask(between, () => openStream(context, between, { kind: 'ask', key, id }, context.stopping))
}
