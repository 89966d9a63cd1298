import { type Domain, type Jid, parseDomain } from '@heliograph/jid'
import { pairKey } from '@heliograph/ownership'
import { el, iqGet, NS, readForm, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { queryId } from './query-id.ts'
import type { MulticastService, MulticastServices } from './services.ts'

const HOUR_MS = 3_600_000
/** XEP-0033 §2.3: 24 hours at most. */
const GOOD_MS = 12 * HOUR_MS
const NONE_MS = HOUR_MS
const PATIENCE_MS = 60_000
/** Services of another server that are asked. */
const MOST_ITEMS = 16
/** XEP-0033 §9: servers take more than 20, as a rule. */
const USUAL = 20
/** We write no longer lists. */
const MOST = 1_000

export interface DiscoveryOptions {
  readonly local: Domain
  readonly remote: Domain
  readonly services: MulticastServices
  /** Sends a request on the stream of the pair. */
  readonly ask: (request: Stanza) => void
}

/** Finds out whether another domain takes one stanza for several: it says so itself, or one of the services that it lists does (XEP-0033 §2). */
export class Discovery {
  readonly #options: DiscoveryOptions
  readonly #pair: string
  /** Requests without an answer, by id, and whom they are for. */
  readonly #asked = new Map<string, Jid>()
  #since = 0

  constructor(options: DiscoveryOptions) {
    this.#options = options
    this.#pair = pairKey(options.local, options.remote)
  }

  /** What is known by now; where nothing is, it is asked for. */
  service(now: number): MulticastService | undefined {
    const known = this.#options.services.find(this.#pair)
    if (known !== undefined && now < known.until) return known.service
    if (this.#asked.size === 0) {
      this.#since = now
      this.#request(this.#options.remote, NS.discoInfo)
    } else if (now - this.#since > PATIENCE_MS) this.#note(undefined, now)
    return undefined
  }

  /** It doesn't take what it said that it takes. */
  refused(now: number): void {
    this.#note(undefined, now)
  }

  /** False for what answers nothing that was asked. */
  hear(answer: Stanza, now: number): boolean {
    const { id = '', from } = answer
    if (from === undefined || this.#asked.get(id) !== from) return false
    this.#asked.delete(id)
    if (answer.type === 'result') this.#read(answer, from, now)
    if (this.#asked.size === 0 && this.#options.services.find(this.#pair) === undefined) this.#note(undefined, now)
    return true
  }

  #read(answer: Stanza, from: Jid, now: number): void {
    const { remote } = this.#options
    const items = answer.child('query', NS.discoItems)
    const info = answer.child('query', NS.discoInfo)
    if (items !== undefined) for (const item of this.#below(items)) this.#request(item, NS.discoInfo)
    else if (info?.getChildrenByAttr('var', NS.addresses, NS.discoInfo, false).some(isFeature))
      this.#note({ jid: from, most: limitsOf(info) }, now)
    else if (from === remote) this.#request(remote, NS.discoItems)
  }

  /** Services that are the server's own: they may be written to on its stream. */
  #below(items: Element): Domain[] {
    const jids = (items.getChildren('item', NS.discoItems) as Element[]).map(({ attrs }) =>
      parseDomain(attrs.jid ?? ''),
    )
    return jids.filter((jid) => jid?.endsWith(`.${this.#options.remote}`)).slice(0, MOST_ITEMS) as Domain[]
  }

  #request(to: Jid, xmlns: string): void {
    const { local, remote, ask } = this.#options
    const id = queryId(remote)
    this.#asked.set(id, to)
    ask(iqGet({ id, from: local as Jid, to }, el('query', { xmlns })))
  }

  #note(service: MulticastService | undefined, now: number): void {
    this.#asked.clear()
    this.#options.services.note(this.#pair, { service, until: now + (service ? GOOD_MS : NONE_MS) })
  }
}

const isFeature = (element: unknown): boolean => (element as Element).name === 'feature'

/** As ejabberd says it: a form with how many addresses it takes in a stanza of either kind, where that isn't the usual. */
function limitsOf(info: Element): MulticastService['most'] {
  const forms = (info.getChildren('x', NS.dataForms) as Element[]).map(readForm)
  const fields = forms.find((form) => form?.formType === NS.addresses)?.fields ?? []
  const limit = (name: string): number => {
    const value = fields.find((field) => field.var === name)?.values?.[0]
    if (value === 'infinite') return MOST
    return value !== undefined && /^\d{1,6}$/.test(value) ? Math.min(Number(value), MOST) : USUAL
  }
  return { message: limit('message'), presence: limit('presence') }
}
