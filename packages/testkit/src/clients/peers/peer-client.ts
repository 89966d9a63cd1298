import type { Element } from '@heliograph/xml'
import type { Ports } from '../../processes/roles.ts'
import { Inbox, type Matcher } from '../raw/inbox.ts'
import { StreamReader } from '../raw/stream-reader.ts'

export interface PeerOptions {
  readonly host?: string
  /** Where the server (an edge) listens. */
  readonly ports: Ports
  readonly domain: string
  /** PEM of the authority that the server's certificate is checked against; without it any is accepted. */
  readonly ca?: string
  /** '' to come without an account. */
  readonly user: string
  readonly password: string
  /** The password is a token of an issuer (RFC 7628), where the library can. */
  readonly bearer?: boolean
  readonly resource?: string
  /** Over BOSH, where the library has a choice. */
  readonly bosh?: boolean
  /** How long it may take to be online, and how long `expect` waits unless told; default 20 000. */
  readonly timeoutMs?: number
}

export interface Contact {
  readonly jid: string
  readonly subscription: string
  readonly name?: string | undefined
}

/** A client made of somebody else's XMPP library, with stream management where the library has it. */
export interface PeerClient extends AsyncDisposable {
  readonly library: string
  /** Full JID. */
  readonly jid: string
  /** How many times a stream was resumed. */
  readonly resumptions: number
  /** As far as the library has noticed. */
  readonly online: boolean
  /** @throws where the library refuses, having kept nothing of it, as some do while they aren't online */
  message(to: string, body: string): Promise<void>
  /** Without attributes: available to all. */
  presence(attributes?: { readonly to?: string; readonly type?: string }): Promise<void>
  roster(): Promise<Contact[]>
  saveContact(jid: string, name?: string): Promise<void>
  removeContact(jid: string): Promise<void>
  /** Takes the first stanza that matches, of those that the library got. */
  expect(matcher: Matcher, timeoutMs?: number): Promise<Element>
  takeAll(matcher: Matcher): Element[]
  /** Cuts the connection and lets the library come back, to another edge where one is given; resolves once it has. */
  loseConnection(ports?: Ports): Promise<void>
  close(): Promise<void>
}

/** What the library's events are turned into: stanzas to take, and a count of being online and of resumptions. */
export class PeerState {
  readonly inbox = new Inbox()
  resumptions = 0
  isOnline = false
  readonly #timeoutMs: number
  #online = Promise.withResolvers<void>()

  constructor(options: PeerOptions) {
    this.#timeoutMs = options.timeoutMs ?? 20_000
  }

  /** Takes in a stanza, as the library serialises it. */
  receive(xml: string): void {
    this.inbox.put(parseStanza(xml))
  }

  cameOnline(resumed: boolean): void {
    if (resumed) this.resumptions += 1
    this.isOnline = true
    this.#online.resolve()
  }

  wentOffline(): void {
    this.isOnline = false
  }

  /** From now on {@link online} waits for the next time. */
  expectOnline(): void {
    this.#online = Promise.withResolvers()
  }

  fail(error: Error): void {
    this.#online.reject(error)
  }

  async online(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not online after ${this.#timeoutMs} ms`)), this.#timeoutMs)
    })
    await Promise.race([this.#online.promise, late]).finally(() => clearTimeout(timer))
  }

  expect(matcher: Matcher, timeoutMs = this.#timeoutMs): Promise<Element> {
    return this.inbox.take(matcher, timeoutMs)
  }
}

export const NS_ROSTER = 'jabber:iq:roster'

/** An element of ours from text of theirs. */
export function parseStanza(xml: string): Element {
  const stanza = parseStanzas(xml).at(-1)
  if (stanza === undefined) throw new Error(`not a stanza: ${xml}`)
  return stanza
}

/** As many as there are. */
export function parseStanzas(xml: string): Element[] {
  const stanzas: Element[] = []
  const reader = new StreamReader({
    onOpen: () => {},
    onElement: (element) => void stanzas.push(element),
    onClose: () => {},
  })
  reader.write(Buffer.from(`<stream xmlns='jabber:client'>${xml}</stream>`))
  return stanzas
}

/** The contacts in a roster result. */
export function contactsOf(result: Element): Contact[] {
  const query = result.getChild('query', NS_ROSTER)
  return (query?.getChildren('item') ?? []).map(({ attrs }) => ({
    jid: attrs.jid ?? '',
    subscription: attrs.subscription ?? 'none',
    name: attrs.name,
  }))
}
