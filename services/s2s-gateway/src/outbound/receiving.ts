import { type Domain, parseDomain } from '@heliograph/jid'
import type { ParsedElement } from '@heliograph/xml'
import { verdictXml } from '../dialback/elements.ts'
import type { FederationContext } from '../federation/federation-context.ts'
import { Authority } from '../inbound/authority.ts'
import { Intake } from '../inbound/intake.ts'
import type { Former } from '../inbound/resumables.ts'
import type { Source } from '../inbound/source.ts'
import { acceptStanza } from '../inbound/stanzas.ts'
import { answerXml } from '../streams/management.ts'
import type { XmlStream } from '../streams/xml-stream.ts'
import type { Direction } from './initiation.ts'

/** What another server says on a stream that we opened to it for both ways (XEP-0288): in the name of the domain that we asked for, to ours. */
export class Receiving implements Source {
  readonly context: FederationContext
  readonly stream: XmlStream
  readonly intake: Intake
  readonly authority = new Authority()
  readonly local: Domain
  lang: string | undefined
  readonly #remote: Domain

  constructor(context: FederationContext, { local, remote }: Direction, stream: XmlStream) {
    this.context = context
    this.stream = stream
    this.local = local
    this.#remote = remote
    this.intake = new Intake(stream)
  }

  /** Both know who the other is. */
  proved(): void {
    this.authority.grantPair(this.#remote, this.local)
    this.context.events.twoWay('out')
    this.stream.limit(this.context.xml)
  }

  /** Each counts from now on what the other sends (XEP-0198 §3), or goes on with that. */
  count(former: Former | undefined): void {
    if (former === undefined) this.intake.acknowledge()
    else this.intake.goOn(former)
  }

  stanza(parsed: ParsedElement): void {
    acceptStanza(this, parsed)
  }

  /** False for what isn't a question about what came. */
  asked({ name }: ParsedElement): boolean {
    const { acknowledging, count } = this.intake
    if (name !== 'r' || acknowledging === undefined) return false
    acknowledging.asked(count, (h) => this.stream.write(answerXml(h)))
    return true
  }

  /** It would prove further domains of its own here (§2.2), or asks about keys: that goes on streams that it opens. */
  refuse({ name, element }: ParsedElement): void {
    const { from = '', to = '', id } = element.attrs as Record<string, string | undefined>
    if ((name !== 'result' && name !== 'verify') || parseDomain(from) === undefined || parseDomain(to) === undefined)
      return
    const parties = { from: to, to: from, ...(id === undefined ? {} : { id: id.slice(0, LONGEST_ID) }) }
    this.stream.write(verdictXml(name, parties, 'not-allowed'))
    if (this.stream.backlog > MOST_UNREAD_BYTES)
      this.stream.close({ condition: 'policy-violation', text: 'read the answers' })
  }
}

const LONGEST_ID = 256
/** Refusals that the peer leaves unread. */
const MOST_UNREAD_BYTES = 2_097_152
