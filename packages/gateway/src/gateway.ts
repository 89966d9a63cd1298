import {
  type BareJid,
  bareOf,
  escapeLocal,
  type FullJid,
  isFull,
  type Jid,
  localOf,
  makeJid,
  unescapeLocal,
} from '@heliograph/jid'
import { Registry, respond } from '@heliograph/module'
import { el, errorReply, NS, type Stanza, stanza, stanzaError } from '@heliograph/stanza'
import { type GatewayContext, gatewayModule } from './gateway-module.ts'
import type { ForeignContact } from './network.ts'
import type { GatewayOptions } from './options.ts'

export type { GatewayOptions } from './options.ts'

/** A user whom the gateway has logged in. */
interface Visitor {
  readonly resources: Set<FullJid>
  readonly contacts: Map<string, ForeignContact>
}

/** A gateway to another network (XEP-0100), without the stream that leads to it. Work for one user runs in order. */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #registry = new Registry<GatewayContext>([gatewayModule])
  readonly #visitors = new Map<BareJid, Visitor>()
  /** The last of what is under way for a user. */
  readonly #work = new Map<BareJid, Promise<void>>()

  constructor(options: GatewayOptions) {
    this.#options = options
  }

  /** A stanza for the gateway or one of its contacts. Resolves when it has been dealt with; never rejects. */
  receive(received: Stanza): Promise<void> {
    const { from, to } = received
    if (from === undefined || to === undefined) return Promise.resolve()
    const user = bareOf(from)
    const before = this.#work.get(user) ?? Promise.resolve()
    const work = before
      .then(() => this.#handle(received, user, to))
      .catch((error: unknown) => this.#failed(received, error))
    this.#work.set(user, work)
    return work.finally(() => {
      if (this.#work.get(user) === work) this.#work.delete(user)
    })
  }

  /** Somebody in the network writes to a user. */
  deliver(user: BareJid, contact: string, body: string): void {
    const from = this.#addressOf(contact)
    if (from !== undefined) this.#send(stanza('message', { from, to: user, type: 'chat' }, el('body', null, body)))
  }

  /** Somebody in the network comes or goes. Who isn't here isn't told. */
  announce(user: BareJid, contact: ForeignContact): void {
    const visitor = this.#visitors.get(user)
    if (visitor === undefined) return
    const isNew = !visitor.contacts.has(contact.address)
    visitor.contacts.set(contact.address, contact)
    this.#show(user, contact, isNew)
  }

  async #handle(received: Stanza, user: BareJid, to: Jid): Promise<void> {
    if (received.name === 'presence') return this.#receivePresence(received, user, to)
    if (received.name === 'message') return this.#receiveMessage(received, user, to)
    const isGateway = to === this.#options.domain
    if (!isGateway && (received.type === 'get' || received.type === 'set'))
      return this.#refuse(received, 'service-unavailable')
    // XEP-0100 §4.1, §4.3: the user is answered first.
    const then: (() => void)[] = []
    const answer = await respond(received, {
      registry: this.#registry,
      entity: 'item',
      context: this.#answering(then),
      failed: (error) => {
        this.#options.failed(error)
        return stanzaError('internal-server-error')
      },
    })
    if (answer) this.#send(answer)
    for (const step of then) step()
  }

  #answering(then: (() => void)[]): GatewayContext {
    const { domain, registrations } = this.#options
    return {
      ...this.#options,
      register: async (user, registration) => {
        await registrations.set(user, registration)
        then.push(() => this.#presence(domain, user, 'subscribe'))
      },
      unregister: async (user) => {
        const addresses = await this.#unregister(user)
        then.push(() => {
          for (const from of addresses)
            for (const type of ['unsubscribe', 'unsubscribed', 'unavailable']) this.#presence(from, user, type)
        })
      },
    }
  }

  async #receivePresence(received: Stanza, user: BareJid, to: Jid): Promise<void> {
    const { domain, registrations } = this.#options
    const registration = await registrations.get(user)
    switch (received.type) {
      case 'subscribe':
        // XEP-0100 §4.1.1: who has registered may see the gateway, and the contacts there.
        this.#presence(to, user, registration === undefined ? 'unsubscribed' : 'subscribed')
        if (registration !== undefined) this.#tell(user, to)
        return
      case 'unsubscribe':
        return this.#presence(to, user, 'unsubscribed')
      case 'probe':
        return this.#tell(user, to)
      case undefined:
        if (registration !== undefined && to === domain) await this.#enter(received.from!, user)
        return
      case 'unavailable':
        if (to === domain) await this.#leave(received.from!, user)
        return
    }
  }

  async #receiveMessage(received: Stanza, user: BareJid, to: Jid): Promise<void> {
    const { network, registrations } = this.#options
    const body = received.childText('body', NS.client)
    if (received.type === 'error' || body === undefined) return
    if (localOf(to) === '') return this.#refuse(received, 'service-unavailable')
    // XEP-0100 §4.5
    if ((await registrations.get(user)) === undefined) return this.#refuse(received, 'registration-required')
    if (!(await network.send(user, unescapeLocal(localOf(to)), body))) this.#refuse(received, 'item-not-found')
  }

  /** A resource has become available: with the first the user is logged in (XEP-0100 §4.4). */
  async #enter(from: Jid, user: BareJid): Promise<void> {
    if (!isFull(from)) return
    const { network, registrations, domain } = this.#options
    const known = this.#visitors.get(user)
    if (known) {
      known.resources.add(from)
      return
    }
    const registration = await registrations.get(user)
    if (registration === undefined) return
    const contacts = await network.logIn(user, registration)
    this.#visitors.set(user, { resources: new Set([from]), contacts: new Map(contacts.map((it) => [it.address, it])) })
    this.#presence(domain, user)
    for (const contact of contacts) this.#show(user, contact, true)
  }

  /** With the last one the user is logged out (§4.6). */
  async #leave(from: Jid, user: BareJid): Promise<void> {
    const visitor = this.#visitors.get(user)
    if (visitor === undefined || !isFull(from)) return
    visitor.resources.delete(from)
    if (visitor.resources.size > 0) return
    this.#visitors.delete(user)
    await this.#options.network.logOut(user)
    this.#presence(this.#options.domain, user, 'unavailable')
  }

  /** §4.3: gone from there. Gives the addresses that are to leave the roster. */
  async #unregister(user: BareJid): Promise<readonly Jid[]> {
    const { domain, network, registrations } = this.#options
    const visitor = this.#visitors.get(user)
    this.#visitors.delete(user)
    if (visitor) await network.logOut(user)
    await registrations.remove(user)
    const contacts = [...(visitor?.contacts.keys() ?? [])].map((address) => this.#addressOf(address))
    return [...contacts.filter((contact) => contact !== undefined), domain]
  }

  /** What a user may see of an address of ours now. */
  #tell(user: BareJid, to: Jid): void {
    const visitor = this.#visitors.get(user)
    if (visitor === undefined) return
    if (to === this.#options.domain) return this.#presence(to, user)
    const contact = visitor.contacts.get(unescapeLocal(localOf(to)))
    if (contact) this.#show(user, contact, false)
  }

  /** A contact's presence; one that is new asks to be in the roster (§4.4.1). */
  #show(user: BareJid, { address, isAvailable }: ForeignContact, isNew: boolean): void {
    const from = this.#addressOf(address)
    if (from === undefined) return
    if (isNew) this.#presence(from, user, 'subscribe')
    this.#presence(from, user, isAvailable ? undefined : 'unavailable')
  }

  #addressOf(contact: string): BareJid | undefined {
    const local = escapeLocal(contact)
    const jid = local === undefined ? undefined : makeJid(local, this.#options.domain)
    return jid && bareOf(jid)
  }

  #presence(from: Jid, to: BareJid, type?: string): void {
    this.#send(stanza('presence', { from, to, type }))
  }

  #refuse(received: Stanza, condition: 'service-unavailable' | 'registration-required' | 'item-not-found'): void {
    const reply = errorReply(received, stanzaError(condition))
    if (reply) this.#send(reply)
  }

  #failed(received: Stanza, error: unknown): void {
    this.#options.failed(error)
    const reply = errorReply(received, stanzaError('internal-server-error'))
    if (reply) this.#send(reply)
  }

  #send(said: Stanza): void {
    this.#options.send(said)
  }
}
