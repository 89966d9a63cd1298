import type { Client } from '../client/client.ts'
import { addTallies, EMPTY_TALLY, FlowLedger, type Tally } from '../measure/flow-ledger.ts'
import { until } from './crowd.ts'
import { markOf } from './marks.ts'

const BODY = 'The quick brown fox jumps over the lazy dog, and the dog dreams on of slower foxes, 100 bytes long..'
const MUC = 'http://jabber.org/protocol/muc'
const HASH_MODULUS = 2 ** 31 - 1

/** One occupant of a room: what it says is numbered, what it gets from each of the others is checked. */
export class Occupant {
  /** A number that is the same for all who got the same messages in the same order. */
  order = 0
  readonly #client: Client
  readonly #room: string
  readonly #nick: string
  readonly #flows = new Map<string, FlowLedger>()
  #sent = 0

  constructor(client: Client, room: string, nick: string) {
    this.#client = client
    this.#room = room
    this.#nick = nick
  }

  /** Makes the room, with the server's defaults (XEP-0045 §10.1.2), and enters it. `quiet`: presence of moderators only is broadcast. */
  async create(limitMs: number, quiet: boolean): Promise<void> {
    await this.enter(limitMs)
    const fields = quiet
      ? `<field var='FORM_TYPE'><value>${MUC}#roomconfig</value></field>` +
        `<field var='muc#roomconfig_presencebroadcast'><value>moderator</value></field>`
      : ''
    const form = `<query xmlns='${MUC}#owner'><x xmlns='jabber:x:data' type='submit'>${fields}</x></query>`
    await this.#client.query(form, { type: 'set', to: this.#room })
  }

  /** Resolves with one's own presence, the last of those that come (§7.2.2). */
  async enter(limitMs: number): Promise<void> {
    let entered = false
    let refusal = ''
    this.#client.onStanza = (xml) => {
      if (!xml.startsWith('<presence')) return
      if (/<status code=['"]110['"]/.test(xml)) entered = true
      if (/^<presence[^>]* type=['"]error['"]/.test(xml)) refusal = xml
    }
    const muc = `<x xmlns='${MUC}'><history maxstanzas='0'/></x>`
    this.#client.send(`<presence to='${this.#room}/${this.#nick}'>${muc}</presence>`)
    await until(() => entered || refusal !== '', limitMs)
    if (!entered) throw new Error(`${this.#nick} could not enter ${this.#room}: ${refusal || 'no answer'}`)
  }

  say(): void {
    this.#sent += 1
    const mark = markOf(this.#sent)
    this.#client.send(
      `<message to='${this.#room}' type='groupchat' id='${mark}'><body>${BODY}</body>` +
        `<markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='${mark}'/></message>`,
    )
  }

  /** False when it came before. */
  take(from: string, { seq, sentAt }: { seq: number; sentAt: number }): boolean {
    let flow = this.#flows.get(from)
    if (flow === undefined) {
      flow = new FlowLedger()
      this.#flows.set(from, flow)
    }
    if (!flow.take(seq)) return false
    this.order = (this.order * 31 + (sentAt % HASH_MODULUS)) % HASH_MODULUS
    return true
  }

  tally(): Tally {
    return [...this.#flows.values()].map((flow) => flow.tally()).reduce(addTallies, EMPTY_TALLY)
  }
}
