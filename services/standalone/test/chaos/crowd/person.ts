import { HandedOver, type RawClient, Returner, type ReturnerOptions, type Returning } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { PUBSUB } from '../../support/pubsub.ts'
import { knock } from '../../support/room.ts'
import type { Book } from '../ledger/book.ts'
import { type Listener, listen } from './listen.ts'

export interface PersonOptions extends Omit<ReturnerOptions, 'password'> {
  readonly password: string
  readonly domain: string
  readonly book: Book
  /** Rooms to be in. */
  readonly rooms: readonly string[]
}

/** Acknowledgements only so that they don't gather. */
const WANTED = new Set(['message', 'presence', 'iq', 'a'])
const ASKS_EVERY = 5

/** Somebody whose client does a bit of everything, and writes down all that it does and hears. */
export class Person implements Returning, Listener {
  readonly user: string
  readonly domain: string
  readonly book: Book
  readonly rooms: readonly string[]
  readonly returner: Returner
  readonly handedOver: HandedOver
  /** How many sessions it has had. */
  life = 0
  #status = 0
  #requests = 0
  readonly #pending = new Map<string, (answer: Element | undefined) => void>()

  constructor(options: PersonOptions) {
    this.user = options.user
    this.domain = options.domain
    this.book = options.book
    this.rooms = options.rooms
    this.handedOver = new HandedOver(options.user)
    this.returner = new Returner({ asksEvery: ASKS_EVERY, ...options }, this)
  }

  chat(to: string): void {
    const id = this.book.flow('chat', this.user, to).next(this.book.now())
    this.#message(`${to}@${this.domain}`, 'chat', id)
  }

  /** To an absent one's offline messages, or to him. */
  write(to: string): void {
    const id = this.book.flow('letter', this.user, to).next(this.book.now())
    this.#message(`${to}@${this.domain}`, 'chat', id)
  }

  /** To another occupant of a room, whose nick is his name. */
  whisper(room: string, to: string): void {
    const id = this.book.flow('private', this.user, to).next(this.book.now())
    this.#message(`${room}/${to}`, 'chat', id, "<x xmlns='http://jabber.org/protocol/muc#user'/>")
  }

  /** Says something to all in a room; nothing, while it knows itself to be out. */
  tell(room: string): void {
    const record = this.book.rooms.get(room)!
    if (record.isIn(this.user)) this.#message(room, 'groupchat', record.next(this.user, this.book.now()))
  }

  /** Changes its presence. */
  show(): void {
    this.book.presence(this.user).show(++this.#status, this.life)
    this.returner.post(`<presence>${this.#state()}</presence>`)
  }

  /** Is told of what is published there from now on. */
  async subscribe(node: string): Promise<void> {
    const answer = await this.#ask(`<subscribe node='${node}' jid='${this.user}@${this.domain}'/>`)
    if (answer?.attrs.type !== 'result') throw new Error(`${this.user} can't subscribe to ${node}: ${answer}`)
  }

  /** Publishes an item. */
  async publish(node: string): Promise<void> {
    const record = this.book.nodes.get(node)!
    const id = record.next(this.book.now())
    const item = `<item id='${id}'><entry xmlns='urn:test:entry'>${id}</entry></item>`
    const answer = await this.#ask(`<publish node='${node}'>${item}</publish>`)
    record.answered(id, answer === undefined ? 'unknown' : answer.attrs.type === 'result' ? 'stored' : 'refused')
  }

  /** Goes into a room, again if need be. */
  enter(room: string): void {
    const client = this.returner.client
    if (client) knock(client, room, this.user, { history: "maxstanzas='0'" })
  }

  wants(stanza: Element): boolean {
    return WANTED.has(stanza.getName())
  }

  heard(stanza: Element): void {
    const answer = stanza.name === 'iq' ? this.#pending.get(String(stanza.attrs.id)) : undefined
    if (answer) answer(stanza)
    else listen(this, stanza)
  }

  send(xml: string): void {
    this.returner.post(xml)
  }

  begun(client: RawClient, unacked: readonly string[]): void {
    if (++this.life > 1) this.book.note({ concern: 'session', kind: 'rebound', what: `${this.user} could not resume` })
    this.handedOver.sessionBegun()
    for (const settle of this.#pending.values()) settle(undefined)
    for (const room of this.rooms) this.book.rooms.get(room)!.left(this.user, this.book.now())
    this.book.presence(this.user).show(this.#status, this.life)
    client.send(`<presence>${this.#state()}</presence>`)
    for (const room of this.rooms) knock(client, room, this.user, { history: "maxstanzas='0'" })
    for (const xml of unacked) if (xml.startsWith('<message')) client.send(xml)
  }

  #state(): string {
    return `<status>${this.#status}</status>`
  }

  #message(to: string, type: string, id: string, inside = ''): void {
    this.returner.post(
      `<message to='${to}' type='${type}' id='${id}'><body>${id}</body><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/>${inside}</message>`,
    )
  }

  /** What the service of nodes answers; undefined when the session ended before that. */
  #ask(inside: string): Promise<Element | undefined> {
    const id = `ask-${this.life}-${++this.#requests}`
    return new Promise((resolve) => {
      this.#pending.set(id, (answer) => {
        this.#pending.delete(id)
        resolve(answer)
      })
      this.returner.post(
        `<iq type='set' id='${id}' to='pubsub.${this.domain}'><pubsub xmlns='${PUBSUB}'>${inside}</pubsub></iq>`,
      )
    })
  }
}
